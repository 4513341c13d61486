import { newBearer } from "@claw/runtime";
import { afterEach, expect, test } from "vitest";
import { type Answer, claw, NOW, startStub, type Stub } from "./stub-house.ts";

let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});

const CLAW_TOKEN = newBearer("api").bearer;
const date = new Date(NOW).toUTCString();
const host = (hostId: string, state: string) => ({ hostId, freshness: { state }, forks: 0 });
const endpoint = { hostId: "h1", endpointId: "main", state: "down", reason: "no_socket" };

/** A house in which all is well but what `more` says. */
async function house(more: Readonly<Record<string, Answer>> = {}): Promise<Stub> {
  const well: Readonly<Record<string, Answer>> = {
    "/healthz": { headers: { date }, body: { status: "ok" } },
    "/readyz": { body: { status: "ready", parts: { log: { ok: true, detail: "durable" } } } },
    "/api/sessions": { body: { sessions: [], nextCursor: null, position: 3 } },
    "/api/hosts": { body: { hosts: [host("h1", "live")], nextCursor: null, position: 3 } },
    "/api/endpoints": { body: { endpoints: [], nextCursor: null, position: 3 } },
  };
  const started = await startStub((url) => ({ ...well, ...more })[url.split("?")[0] ?? ""]);
  started.live.on("connection", (client) =>
    client.send(JSON.stringify({ type: "caughtUp", position: 3, kind: null, key: null, row: null })),
  );
  stub = started;
  return started;
}

test("N1-045 a house in which all is well: every line is ok, exit 0", async () => {
  const { url } = await house();
  const { out, exitCode } = await claw(["doctor"], { CLAW_URL: url, CLAW_TOKEN });
  expect(exitCode).toBe(0);
  expect(out.split("\n").filter((line) => line !== "" && !line.startsWith("ok "))).toEqual([]);
  expect(out).toContain("the live stream caught up at position 3");
});

test("what is not well is named with a fix; a failed part is exit 1, a silent host only a warning", async () => {
  const { url } = await house({
    "/healthz": { headers: { date: new Date(NOW - 60_000).toUTCString() }, body: { status: "ok" } },
    "/readyz": {
      status: 503,
      body: { status: "not ready", parts: { policy: { ok: false, detail: "catching\u001b[2J up" } } },
    },
    "/api/hosts": { body: { hosts: [host("h1", "stale")], nextCursor: null, position: 3 } },
    "/api/endpoints": { body: { endpoints: [endpoint], nextCursor: null, position: 3 } },
  });
  const { out, exitCode, err } = await claw(["doctor"], { CLAW_URL: url, CLAW_TOKEN });
  expect([exitCode, err]).toEqual([1, "1 thing is not well.\n"]);
  expect(out).toContain("fail  policy: catching up\n      fix: ");
  expect(out).toContain("warn  the house's clock differs by -59.5 s");
  expect(out).toContain("warn  host h1 is stale");
  expect(out).toContain("warn  endpoint h1/main is down (no_socket)");
});

test("a refused token ends the examination there; no house at all is exit 7", async () => {
  const { url, close } = await house({ "/api/sessions": { status: 401, body: {} } });
  const refused = await claw(["doctor"], { CLAW_URL: url, CLAW_TOKEN });
  expect(refused.exitCode).toBe(1);
  expect(refused.out).toContain("fail  the token is refused (401)");
  expect(refused.out).not.toContain("live stream");
  await close();
  expect((await claw(["doctor"], { CLAW_URL: url, CLAW_TOKEN })).exitCode).toBe(7);
});

test("a setting that nobody reads is a failure with a suggestion", async () => {
  const { url } = await house();
  const { out } = await claw(["doctor"], { CLAW_URL: url, CLAW_TOKEN, CLAW_URI: "x" });
  expect(out).toContain("fail  CLAW_URI is not a setting; did you mean CLAW_URL?");
});
