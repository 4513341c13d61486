import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@claw/events";
import { newBearer, readBearer } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_URL, targetOf } from "../src/client/target.ts";
import { writePidFile } from "../src/house/pid-file.ts";
import { type Answer, claw, problem, startStub, type Stub } from "./stub-house.ts";

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
  version: string;
};
let stub: Stub | null = null;
const folders: string[] = [];
afterEach(async () => {
  await stub?.close();
  stub = null;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const TOKEN = newBearer("api").bearer;
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "claw-cli-"));
  folders.push(path);
  return path;
};
/** A stub, and a run of the command line against it. */
async function against(answer: (url: string) => Answer | undefined) {
  stub = await startStub(answer);
  const env = { CLAW_URL: stub.url, CLAW_TOKEN: TOKEN };
  return { stub, run: (...argv: string[]) => claw(argv, env) };
}

const session = (id: string, more: object = {}) => ({
  sessionId: id,
  endpointId: "main",
  host: "box",
  workspace: "/home/dev/app",
  repo: "acme/app",
  branch: "main",
  source: "cli",
  status: "active",
  humanAttached: null,
  lastSeenAt: "2026-11-21T11:59:18.000Z",
  summary: "runs the tests",
  activity: { type: "active", flags: ["waitingOnApproval"], sinceAt: "2026-11-21T11:53:00.000Z" },
  freshness: { state: "live", sinceAt: "2026-11-21T11:00:00.000Z", ageMs: 3_000, reason: null },
  turnCount: 4,
  ...more,
});
const list = (key: string, rows: readonly object[], nextCursor: string | null = null): Answer => ({
  body: { [key]: rows, nextCursor, position: 7 },
});
describe("claw get", () => {
  test("S1-077: a table, with ages and without control sequences", async () => {
    const evil = "a\u001b[2Jb\u001b]0;title\u0007c\u202ed\nnext";
    const { run } = await against(() =>
      list("sessions", [session("s1"), session("s2", { summary: evil, repo: null })]),
    );
    const { out, exitCode } = await run("get", "sessions");
    expect(exitCode).toBe(0);
    expect(out).toBe(
      [
        "SESSION   HOST   STATUS                        FRESHNESS   WORK   REPO       BRANCH   SEEN   SUMMARY",
        "s1        box    active+waitingOnApproval 7m   live 3s     -      acme/app   main     42s    runs the tests",
        "s2        box    active+waitingOnApproval 7m   live 3s     -      -          main     42s    abcd next",
        "",
      ].join("\n"),
    );
  });

  test("names, one a line, for xargs; JSON lines that a terminal cannot obey", async () => {
    const { run } = await against(() => list("sessions", [session("s1", { name: "x\u009b2J\u202e" })]));
    expect((await run("get", "sessions", "-o", "name")).out).toBe("s1\n");
    const { out } = await run("get", "sessions", "-o", "jsonl");
    expect(out).toContain("x\\u009b2J\\u202e");
    expect(JSON.parse(out)).toMatchObject({ name: "x\u009b2J\u202e" });
  });

  test("json and yaml carry the whole list; an empty one says so on stderr", async () => {
    const { run } = await against((url) => list("hosts", url.includes("host") ? [{ hostId: "h1" }] : []));
    expect(JSON.parse((await run("get", "hosts", "-o", "json")).out)).toEqual({ hosts: [{ hostId: "h1" }] });
    expect((await run("get", "hosts", "-o", "yaml")).out).toBe("hosts:\n  - hostId: h1\n");
    const { run: none } = await against(() => list("approvals", []));
    expect(await none("get", "approvals")).toEqual({ exitCode: 0, out: "", err: "no approvals\n" });
  });

  test("N1-032: filters go to the house; pages are followed to the end, or to --limit", async () => {
    const page = (url: string) =>
      list(
        "sessions",
        url.includes("cursor=c2") ? [session("s3")] : [session("s1"), session("s2")],
        url.includes("cursor") ? null : "c2",
      );
    const { run, stub: house } = await against(page);
    const { out } = await run(
      "get",
      "sessions",
      "--host",
      "h1",
      "--status",
      "active",
      "--closed",
      "-o",
      "name",
    );
    expect(out).toBe("s1\ns2\ns3\n");
    expect(house.calls[0]?.url).toBe("/api/sessions?host=h1&status=active&closed=1&limit=500");
    expect(house.calls[1]?.url).toContain("cursor=c2");
    await run("get", "sessions", "--limit", "2", "-o", "name");
    expect(house.calls).toHaveLength(3);
  });
});

describe("exit codes (DESIGN 3)", () => {
  test.each([
    [400, "bad_request", 2],
    [401, "unauthenticated", 4],
    [403, "forbidden", 4],
    [404, "not_found", 3],
    [409, "host_exists", 5],
    [429, "too_many", 4],
    [500, "defect", 1],
    [503, "unavailable", 1],
  ])("a %i (%s) is exit %i, in the house's own words on stderr", async (status, code, exitCode) => {
    const { run } = await against(() => problem(status, code, { seen: 3 }));
    const ran = await run("describe", "session", "s1");
    expect(ran).toMatchObject({ exitCode, out: "" });
    expect(ran.err).toContain(`It is refused. (${code}: seen=3) Do this.`);
  });

  test("nothing there is exit 7 and one sentence", async () => {
    const { stub: house, run } = await against(() => undefined);
    await house.close();
    const { exitCode, err } = await run("get", "sessions");
    expect(exitCode).toBe(7);
    expect(err).toBe(
      `Nothing answers at ${house.url} (ECONNREFUSED): start the house with \`claw up\`, or set CLAW_URL.\n`,
    );
  });

  test.each([
    [["nonsense"]],
    [["get", "planets"]],
    [["get", "sessions", "--limit", "0"]],
    [["token", "create"]],
    [["watch", "--after", "abc"]],
    [["get", "hosts", "--status", "active"]],
    [["get", "sessions", "--freshness", "fresh"]],
    [["host", "add", "Bad Id"]],
    [["host", "add", "build-1", "--url", "claw.example.org"]],
    [["get"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });

  test("--version is exit 0, and what package.json says", async () => {
    expect(await claw(["--version"], {})).toEqual({ exitCode: 0, out: `${manifest.version}\n`, err: "" });
  });

  test("--help is exit 0, on stdout, with examples", async () => {
    for (const argv of [["--help"], ["get", "--help"], ["host", "add", "--help"]]) {
      const { exitCode, out } = await claw(argv, {});
      expect([exitCode, out.includes("Examples:")]).toEqual([0, true]);
    }
  });

  test("X1-058: a redirect is not followed, so no token goes elsewhere; an error without end is cut off", async () => {
    const { run, stub: house } = await against((url) =>
      url.startsWith("/api/hosts")
        ? { status: 500, body: "x".repeat(70_000) }
        : { status: 302, headers: { location: "/else" }, body: {} },
    );
    expect((await run("get", "sessions")).exitCode).toBe(1);
    expect(house.calls).toHaveLength(1);
    expect((await run("get", "hosts")).err).toContain("larger than 65536 bytes");
  });

  test("an answer of something else is told from a list", async () => {
    const { run } = await against(() => ({ body: "<html>" }));
    expect((await run("get", "sessions")).err).toContain("is CLAW_URL a Claw Supervisor?");
  });
});

describe("where and who", () => {
  test("the admin token of the data directory is used for loopback only", async () => {
    const { stub: house } = await against(() => list("hosts", []));
    const dir = folder();
    writeFileSync(join(dir, "admin-token"), `${TOKEN}\n`);
    await claw(["get", "hosts"], { CLAW_URL: house.url, CLAW_DATA_DIR: dir });
    expect(house.calls[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test("the house that runs on the data directory is found, unless a token was given", async () => {
    const { stub: house } = await against(() => list("hosts", []));
    const CLAW_DATA_DIR = folder();
    writePidFile(CLAW_DATA_DIR, house.url);
    expect((await claw(["get", "hosts"], { CLAW_DATA_DIR })).exitCode).toBe(0);
    expect(targetOf({ CLAW_DATA_DIR, CLAW_TOKEN: TOKEN }).url.href).toBe(`${DEFAULT_URL}/`);
    writePidFile(CLAW_DATA_DIR, "https://elsewhere.example.org");
    expect(targetOf({ CLAW_DATA_DIR }).url.href).toBe(`${DEFAULT_URL}/`);
  });

  test("without any token the refusal says where one comes from", async () => {
    const { stub: house } = await against(() => problem(401, "unauthenticated"));
    const { err, exitCode } = await claw(["get", "hosts"], { CLAW_URL: house.url, CLAW_DATA_DIR: folder() });
    expect([exitCode, err.includes("set CLAW_TOKEN_FILE")]).toEqual([4, true]);
  });

  test("a setting that nobody reads is told, and the command goes on", async () => {
    const { stub: house } = await against(() => list("hosts", []));
    const ran = await claw(["get", "hosts"], { CLAW_URL: house.url, CLAW_TOKEN: TOKEN, CLAW_TOKN: "x" });
    expect(ran).toMatchObject({ exitCode: 0, err: expect.stringContaining("did you mean CLAW_TOKEN?") });
  });

  test.each(["ftp://x", "http://u:p@x", "http://x?token=1", "x"])(
    "CLAW_URL=%s is refused without repeating it",
    async (CLAW_URL) => {
      const { exitCode, err } = await claw(["get", "hosts"], { CLAW_URL });
      expect(exitCode).toBe(2);
      expect(err).not.toContain("u:p");
    },
  );
});

describe("commands that change something", () => {
  const accepted: Answer = { body: { commandId: "c", decision: "accepted", position: 1 } };

  test("X1-029: token create shows the token once and sends only its digest", async () => {
    const { run, stub: house } = await against(() => accepted);
    const { out } = await run("token", "create", "--name", "ann", "--role", "operator", "--days", "2");
    const sent = JSON.parse(house.calls[0]?.body ?? "") as Record<string, unknown>;
    expect(sent).toMatchObject({
      type: "token.create",
      name: "ann",
      role: "operator",
      tokenDigest: sha256(out.trim()),
    });
    expect(sent["tokenId"]).toBe(readBearer(out.trim())?.tokenId);
    expect(house.calls[0]?.body).not.toContain(out.trim());
  });

  test("--out keeps it from the terminal, in a new file for its owner; a refusal leaves no file", async () => {
    const { run } = await against(() => accepted);
    const file = join(folder(), "ann.token");
    expect((await run("token", "create", "--name", "a", "--role", "viewer", "--out", file)).out).toBe("");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readBearer(readFileSync(file, "utf8").trim())?.kind).toBe("api");
    expect((await run("token", "create", "--name", "a", "--role", "viewer", "--out", file)).exitCode).toBe(2);
    const { run: refused } = await against(() => problem(403, "forbidden"));
    expect(
      (await refused("token", "create", "--name", "a", "--role", "viewer", "--out", `${file}2`)).exitCode,
    ).toBe(4);
    expect(() => statSync(`${file}2`)).toThrow("ENOENT");
  });

  test("DESIGN 14.22: host add prints one command whose token is in a pipe, not in a process's arguments or a URL", async () => {
    const { run, stub: house } = await against(() => accepted);
    const { out, err } = await run("host", "add", "build-1", "--url", "https://claw.example.org");
    expect(out).toMatch(
      /^printf %s clw_host_t[0-9a-f]{12}_[0-9a-f]{64} \| CLAW_HOST_ID=build-1 npx claw connect --url 'https:\/\/claw.example.org\/' --token-file -\n$/,
    );
    const bearer = out.split(" ")[2] ?? "";
    expect(house.calls[0]?.body).toContain(sha256(bearer));
    expect(err).not.toContain(bearer);
  });

  test("a group is sent only if it was given; what is no group is refused here", async () => {
    const { run, stub: house } = await against(() => accepted);
    const create = ["token", "create", "--name", "c", "--role", "claw"];
    await run(...create);
    await run(...create, "--group", "release");
    await run("host", "add", "build-2", "--group", "release");
    expect((await run(...create, "--group", "no such")).exitCode).toBe(2);
    const groups = house.calls.map(({ body }) => (JSON.parse(body) as Record<string, unknown>)["group"]);
    expect(groups).toEqual([undefined, "release", "release"]);
  });

  test("quarantine retry and waive name the entry and the reason; without such an entry nothing is sent", async () => {
    const entries = list("quarantine", [{ position: 12 }, { position: 13 }]);
    const { run, stub: house } = await against((url) => (url.includes("quarantine") ? entries : accepted));
    await run("quarantine", "retry", "12");
    await run("quarantine", "waive", "13", "--reason", "a test machine");
    expect((await run("quarantine", "waive", "14", "--reason", "none")).exitCode).toBe(3);
    const posted = house.calls.filter(({ method }) => method === "POST");
    expect(posted.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { type: "quarantine.retry", position: 12 },
      { type: "quarantine.waive", position: 13, reason: "a test machine" },
    ]);
  });
});

describe("claw config", () => {
  test("every setting with its source; secrets are hidden; what nobody reads is flagged", async () => {
    const ran = await claw(["config", "-o", "json"], {
      CLAW_TOKEN: TOKEN,
      CLAW_HTTP_PORT: "7000",
      CLAW_HTTP_PROT: "1",
    });
    expect(ran.exitCode).toBe(2);
    expect(ran.out + ran.err).not.toContain(TOKEN);
    expect(ran.err).toContain("did you mean CLAW_HTTP_PORT?");
    const { settings } = JSON.parse(ran.out) as {
      settings: { setting: string; value: string; from: string }[];
    };
    expect(settings).toContainEqual(
      expect.objectContaining({ setting: "CLAW_HTTP_PORT", value: "7000", from: "environment" }),
    );
    expect(settings).toContainEqual(
      expect.objectContaining({ setting: "CLAW_HTTP_HOST", value: "127.0.0.1", from: "default" }),
    );
  });
});

test("DESIGN 14.22: what a house says in a refusal moves no cursor", async () => {
  const { run } = await against(() =>
    problem(503, "unavailable", { why: "\u001b]0;owned\u0007\u001b[2Jbusy\u202e" }),
  );
  const { err } = await run("get", "sessions");
  expect(err).toContain("why=busy");
  // oxlint-disable-next-line no-control-regex
  expect(err.trimEnd()).not.toMatch(/[\u0000-\u001f\u202e]/);
});
