/** What is in an archive: for whom, whole or not at all, and in pieces (X1-035, X1-036). */
import { hash } from "node:crypto";
import { request } from "node:http";
import { keysOf, ObjectsUnavailable } from "@claw/archives";
import { Digest, SessionId } from "@claw/events";
import { Effect, Stream } from "effect";
import { afterEach, describe, expect, test } from "vitest";
import { makeDownloads, MAX_DOWNLOADS_PER_TOKEN } from "../src/http/downloads.ts";
import { Refused } from "../src/http/problem.ts";
import type { GatewayPorts } from "../src/index.ts";
import { fakePorts, makeFakeViews, NOW, sessionRow, tokenOf } from "./fake-house.ts";
import { archiveOf, archiveRow, shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, privateHouse } from "./private-house.ts";
import { appOf, type Running, running, tokenChange } from "./running.ts";

const s1 = SessionId.parse("s1");
const operator = tokenOf("operator");
const MIB = 1_048_576;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function house(archives: GatewayPorts["archives"] = archiveOf("s1"), row = archiveRow("s1")) {
  const views = makeFakeViews();
  views.commit([tokenChange(operator.row), ["sessions", "s1", sessionRow("s1")], ["archives", "s1", row]]);
  const { ports } = fakePorts({ reader: views.reader, ...(archives && { archives }) });
  const app = appOf(ports);
  const get = (file: string, init: RequestInit = {}) =>
    app.request(`/api/archives/s1/${file}`, {
      ...init,
      headers: { authorization: `Bearer ${operator.bearer}` },
    });
  return { views, ports, get };
}

async function serving(ports: GatewayPorts): Promise<Running> {
  const gateway = await running(ports);
  stops.push(gateway.stop);
  return gateway;
}

const getFrom = ({ url }: Running, file: string, signal?: AbortSignal) =>
  fetch(`${url}/api/archives/s1/${file}`, {
    headers: { authorization: `Bearer ${operator.bearer}` },
    ...(signal && { signal }),
  });

describe("the parts of an archive", () => {
  test.each([
    ["events.ndjson", "events", "application/x-ndjson"],
    ["transcript.md", "transcript", "text/markdown; charset=utf-8"],
    ["summary.json", "summary", "application/json"],
  ] as const)("%s is what the record says, as a file that no browser runs", async (file, part, mediaType) => {
    const response = await house().get(file);
    const text = await response.text();
    const { bytes, digest } = archiveRow("s1").parts[part];
    expect([response.status, hash("sha256", text, "hex")]).toEqual([200, digest]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": mediaType,
      "content-length": String(bytes),
      "content-disposition": `attachment; filename="s1-${file}"`,
      "repr-digest": `sha-256=:${Buffer.from(digest, "hex").toString("base64")}:`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
  });

  test("HEAD tells the same without a body", async () => {
    const response = await house().get("events.ndjson", { method: "HEAD" });
    expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
      200,
      "3",
      "",
    ]);
  });

  test.each(["events", "summary.json.gz", "..%2fsummary.json", "__proto__", "toString"])(
    "there is no part %s",
    async (file) => {
      expect((await house().get(file)).status).toBe(404);
    },
  );

  test("X1-037: of what retention let go of only the record is left", async () => {
    const { get, views } = house();
    views.commit([["archives", "s1", archiveRow("s1", { deletedAt: NOW })]]);
    expect((await get("summary.json")).status).toBe(404);
  });
});

describe("what cannot be read", () => {
  const failing = (reason: ObjectsUnavailable["reason"]): NonNullable<GatewayPorts["archives"]> => ({
    get: () => Stream.fail(new ObjectsUnavailable({ reason, retry: "later", detail: "ENOWAY" })),
  });

  test.each(["missing", "unreachable", "io"] as const)(
    "%s is 503, and says so before it begins",
    async (why) => {
      const response = await house(failing(why)).get("summary.json");
      expect(response.status).toBe(503);
      expect((await jsonOf(response))["facts"]).toMatchObject({ part: "archives", why });
    },
  );

  test("a house that keeps none says so", async () => {
    const views = makeFakeViews();
    views.commit([
      tokenChange(operator.row),
      ["archives", "s1", archiveRow("s1")],
      ["sessions", "s1", sessionRow("s1")],
    ]);
    const app = appOf(fakePorts({ reader: views.reader }).ports);
    const headers = { authorization: `Bearer ${operator.bearer}` };
    expect((await app.request("/api/archives/s1/summary.json", { headers })).status).toBe(503);
  });

  test("F1-037 X1-036: an object that rotted never comes whole", async () => {
    const archives = archiveOf("s1");
    const long = Array.from({ length: 200 }, () => "x".repeat(65_536));
    const row = archiveRow("s1", { parts: { ...partsOf(long), summary: partsOf(["0123"]).summary } });
    const keys = keysOf(s1, row);
    const gateway = await serving(house(archives, row).ports);
    archives.objects.set(keys.summary, [Buffer.from("01"), Buffer.from("2X")]);
    const short = await getFrom(gateway, "summary.json");
    expect([short.status, await jsonOf(short)]).toMatchObject([503, { facts: { why: "corrupt" } }]);
    const pieces = long.map((piece) => Buffer.from(piece));
    archives.objects.set(keys.events, [...pieces.slice(1), Buffer.from("y".repeat(65_536))]);
    const response = await getFrom(gateway, "events.ndjson");
    expect(response.headers.get("content-length")).toBe(String(200 * 65_536));
    await expect(response.text()).rejects.toThrow();
    archives.objects.set(keys.events, pieces);
    expect(await (await getFrom(gateway, "events.ndjson")).text()).toBe(long.join(""));
  });
});

const partsOf = (pieces: readonly string[]) => {
  const part = {
    bytes: Buffer.byteLength(pieces.join("")),
    digest: Digest.parse(hash("sha256", pieces.join(""), "hex")),
  };
  return { events: part, transcript: part, summary: part };
};

describe("X1-026: who may fetch it", () => {
  const PATH = `/api/archives/${ANNS}/transcript.md`;

  test.each<[CallerName, number]>([
    ["ann", 200],
    ["bob", 404],
    ["eve", 403],
    ["admin", 403],
    ["auditor", 403],
    ["claw", 200],
    ["stranger", 404],
  ])("in a private house %s: %d", async (name, status) => {
    expect((await privateHouse().get(PATH, name)).status).toBe(status);
  });

  test("whoever it was shared with, and an admin who broke the glass", async () => {
    const { get, share } = privateHouse();
    share(shareRow(ANNS, "bob"));
    share({
      kind: "glass",
      sessionId: SessionId.parse(ANNS),
      by: "the admin",
      until: Date.now() + 60_000,
      reason: "to look",
      sinceAt: NOW,
    });
    expect([(await get(PATH, "bob")).status, (await get(PATH, "admin")).status]).toEqual([200, 200]);
    expect((await get(`/api/archives/${BOBS}/transcript.md`, "admin")).status).toBe(403);
  });

  test("S11: whoever is revoked meanwhile gets no further piece", async () => {
    const { views, ports } = house(endless(), archiveRow("s1", { parts: endlessParts }));
    const reading = (await getFrom(await serving(ports), "events.ndjson")).body?.getReader();
    await reading?.read();
    views.commit([tokenChange({ ...operator.row, revokedAt: NOW + 1 })]);
    const rest = async (): Promise<void> => {
      while ((await reading?.read())?.done !== true);
    };
    await expect(rest()).rejects.toThrow();
  });
});

test("X1-026: whoever it is no longer shared with gets no further piece, however slowly they read", async () => {
  const { views, ports } = house(endless(), archiveRow("s1", { parts: endlessParts }));
  const share = (level: "viewer" | null) =>
    views.commit([["shares", "share/1", shareRow("s1", operator.row.principal.name, { level })]]);
  share("viewer");
  const app = appOf(ports, undefined, undefined, undefined, null, "private");
  const headers = { authorization: `Bearer ${operator.bearer}` };
  const response = await app.request("/api/archives/s1/events.ndjson", { headers });
  const reading = response.body?.getReader();
  expect((await reading?.read())?.done).toBe(false);
  share(null);
  const rest = async (): Promise<void> => {
    while ((await reading?.read())?.done !== true);
  };
  await expect(rest()).rejects.toThrow("may not read it any more");
});

const PIECE = new Uint8Array(MIB);
const endlessParts = {
  ...archiveRow("s1").parts,
  events: { bytes: 1_024 * MIB, digest: Digest.parse("00".repeat(32)) },
};

/** An object of a GiB, of which `read` pieces were asked for. */
function endless(heard: { read: number; ended: number } = { read: 0, ended: 0 }) {
  const pieces = Stream.fromIterable(Array.from({ length: 1_024 }, () => PIECE)).pipe(
    Stream.rechunk(1),
    Stream.tap(() => Effect.sync(() => void (heard.read += 1))),
    Stream.ensuring(Effect.sync(() => void (heard.ended += 1))),
  );
  return { get: () => pieces };
}

describe("S14: a long part in little memory", () => {
  test("who does not read holds a few pieces, and who goes away none", async () => {
    const heard = { read: 0, ended: 0 };
    const { ports } = house(endless(heard), archiveRow("s1", { parts: endlessParts }));
    const gateway = await serving(ports);
    const socket = await new Promise<import("node:net").Socket>((resolve, reject) => {
      const asking = request(`${gateway.url}/api/archives/s1/events.ndjson`, {
        headers: { authorization: `Bearer ${operator.bearer}` },
      });
      asking.on("response", (response) => {
        response.pause();
        resolve(response.socket);
      });
      asking.on("error", reject);
      asking.end();
    });
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = before === heard.read;
          before = heard.read;
          return isStill;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(heard.read).toBeLessThan(64);
    expect(heard.ended).toBe(0);
    socket.destroy();
    await expect.poll(() => heard.ended).toBe(1);
  });

  test("of one token few are open at a time, and each place is given back", async () => {
    const downloads = makeDownloads({ isStillGood: () => true });
    const caller = { tokenId: "t1", principal: operator.row.principal };
    const pieces = () => Stream.toAsyncIterable(endless().get());
    const bodies: ReadableStream<Uint8Array>[] = [];
    for (let n = 0; n < MAX_DOWNLOADS_PER_TOKEN; n += 1) bodies.push(await downloads.begin(caller, pieces()));
    await expect(downloads.begin(caller, pieces())).rejects.toThrow(Refused);
    await bodies[0]?.cancel();
    expect(downloads.size()).toBe(MAX_DOWNLOADS_PER_TOKEN - 1);
    await expect(
      downloads.begin(caller, Stream.toAsyncIterable(Stream.fail(new Error("no")))),
    ).rejects.toThrow("no");
    expect(downloads.size()).toBe(MAX_DOWNLOADS_PER_TOKEN - 1);
    for (const body of bodies.slice(1)) await body.cancel();
    expect(downloads.size()).toBe(0);
  });
});
