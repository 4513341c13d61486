import { startStopwatch } from "@claw/testkit/stopwatch";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { fakePorts, makeFakeViews, NOW, sessionRow, tokenOf } from "./fake-house.ts";
import { applyFrames, isCaughtUp, type Known, openLive } from "./live-client.ts";
import { type Running, running, tokenChange } from "./running.ts";

const admin = tokenOf("admin");
const viewer = tokenOf("viewer");
const views = makeFakeViews();
const { ports, whisper } = fakePorts({ reader: views.reader });
const auth = (bearer = admin.bearer) => ({ authorization: `Bearer ${bearer}` });
let gateway: Running;

beforeAll(async () => {
  views.commit([tokenChange(admin.row), tokenChange(viewer.row)]);
  gateway = await running(ports);
});
afterAll(() => gateway.stop());

let version = 0;
/** One entry that changes these sessions; each row is a new version. */
function change(keys: readonly number[]): void {
  version += 1;
  views.commit(keys.map((key) => ["sessions", `s${key}`, sessionRow(`s${key}`, { turnCount: version })]));
  whisper();
}

const status = (query: string, headers: Record<string, string>, protocols?: string[]): Promise<number> =>
  new Promise((resolve) => {
    const { socket } = openLive(gateway.port, query, headers, protocols);
    socket.on("open", () => (resolve(101), socket.close()));
    socket.on(
      "unexpected-response",
      (_request, response) => (resolve(response.statusCode ?? 0), socket.terminate()),
    );
  });

const keysOf = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
const lives = fc.array(fc.record({ frames: fc.nat(12), changes: fc.array(keysOf, { maxLength: 4 }) }), {
  maxLength: 5,
});

describe("N1-006: the live stream", () => {
  test("however often a client is cut off, it has what the views have: no gap, no duplicate", async () => {
    await fc.assert(
      fc.asyncProperty(lives, keysOf, async (connections, last) => {
        const known: Known = { rows: new Map(), applied: [], position: null };
        const query = () => `?views=sessions${known.position === null ? "" : `&after=${known.position}`}`;
        for (const { frames, changes } of connections) {
          const live = openLive(gateway.port, query(), auth());
          changes.forEach(change);
          await live.until((read) => read.length >= frames || isCaughtUp(read));
          live.socket.terminate();
          await live.closed;
          applyFrames(known, live.frames.slice(0, frames));
        }
        const live = openLive(gateway.port, query(), auth());
        await live.until(isCaughtUp);
        change(last);
        const end = views.reader.position();
        await live.until((frames) => frames.at(-1)?.position === end);
        live.socket.terminate();
        applyFrames(known, live.frames);
        const turns = (row: unknown) => (row as { turnCount: number }).turnCount;
        const stored = views.all().filter(({ view }) => view === "sessions");
        expect(new Map([...known.rows].map(([key, row]) => [key, turns(row)]))).toEqual(
          new Map(stored.map(({ key, row }) => [`sessions/${key}`, turns(row)])),
        );
        const applied = known.applied.map((one) => one.replace(/"ageMs":\d+/, ""));
        expect(new Set(applied).size).toBe(applied.length);
      }),
      { numRuns: 40 },
    );
  });

  test("X1-025: rows are what the caller may see", async () => {
    change([1]);
    const names = async (bearer: string) => {
      const live = openLive(gateway.port, "?views=sessions", auth(bearer));
      await live.until(isCaughtUp);
      live.socket.close();
      return new Set(live.frames.flatMap(({ row }) => (row === null ? [] : [row["name"]])));
    };
    expect(await names(admin.bearer)).toEqual(new Set(["a name"]));
    expect(await names(viewer.bearer)).toEqual(new Set([null]));
  });

  test("a cursor from the future, as after a restored backup, is answered with resync and a snapshot", async () => {
    const live = openLive(gateway.port, "?after=900000000", auth());
    await live.until(isCaughtUp);
    live.socket.close();
    expect(live.frames[0]).toMatchObject({ type: "resync", position: 0 });
    expect(live.frames[1]?.type).toBe("snapshot");
  });
});

describe("X1-028, S11: who may listen", () => {
  test.each([
    ["a token in the header", "", auth(), undefined, 101],
    ["a token as a subprotocol", "", {}, ["claw.v1", `bearer.${admin.bearer}`], 101],
    ["no token", "", {}, undefined, 401],
    ["a wrong token", "", auth(tokenOf("admin").bearer), undefined, 401],
    ["a token in the URL", `?token=${admin.bearer}`, auth(), undefined, 400],
    ["items without a session", "?views=items", auth(), undefined, 400],
    ["an unknown view", "?views=tokens", auth(), undefined, 400],
    ["a transcript for a viewer", "?session=s1", auth(viewer.bearer), undefined, 403],
    ["a transcript for an admin", "?session=s1", auth(), undefined, 101],
    ["a page of another origin", "", { ...auth(), origin: "https://evil.example" }, undefined, 403],
  ])("%s", async (_what, query, headers, protocols, expected) => {
    expect(await status(query, headers, protocols)).toBe(expected);
  });

  test("a revoked token closes its sockets with 4401 within two seconds", async () => {
    const gone = tokenOf("operator");
    views.commit([tokenChange(gone.row)]);
    const live = openLive(gateway.port, "", auth(gone.bearer));
    await live.until(isCaughtUp);
    const revoked = startStopwatch();
    views.commit([tokenChange({ ...gone.row, revokedAt: NOW })]);
    expect((await live.closed).code).toBe(4401);
    expect(revoked.stop()).toBeLessThan(2_000);
  });
});

/** 20,000 messages at scale 1, 100,000 at scale 5. */
const GARBAGE = 20_000 * Number(process.env["CLAW_TEST_SCALE"] ?? 1);
const PER_SOCKET = 50;

test(
  `live clients only listen: ${GARBAGE} messages end in 1003, 1008, 1007, 1002 or 1009, and the gateway goes on`,
  { timeout: 300_000 },
  async () => {
    const samples = fc.sample(
      fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 200 })),
      500,
    );
    const codes = new Set<number>();
    for (let n = 0; n < GARBAGE / PER_SOCKET; n += 1) {
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/api/live`, ["claw.v1"], {
        headers: auth(),
      });
      await new Promise((resolve) => socket.on("open", resolve));
      const closed = new Promise<number>((resolve) => socket.on("close", resolve));
      if (n % 5 === 0)
        (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(Buffer.alloc(64, n));
      else if (n % 7 === 0) socket.send("x".repeat(5_000));
      for (let sent = 0; sent < PER_SOCKET; sent += 1)
        socket.send(samples[(n + sent) % samples.length] ?? "");
      codes.add(await closed);
    }
    expect([1002, 1003, 1006, 1007, 1008, 1009]).toEqual(expect.arrayContaining([...codes]));
    expect(codes).toContain(1008);
    expect(codes).toContain(1003);
    const live = openLive(gateway.port, "", auth());
    await live.until(isCaughtUp);
    live.socket.close();
  },
);
