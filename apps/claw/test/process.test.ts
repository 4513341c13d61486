/** The command as a process: what only streams, signals and exit codes can show. */
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { newBearer } from "@claw/runtime";
import { afterEach, expect, test } from "vitest";
import { startStub, type Stub } from "./stub-house.ts";

const CLAW = join(import.meta.dirname, "..", "bin", "claw.mjs");
let stub: Stub | null = null;
afterEach(() => stub?.close());

interface Ended {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs a shell line in which `claw` is the command. */
function shell(line: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const script = `claw() { "${process.execPath}" "${CLAW}" "$@"; }; ${line}`;
  return new Promise((resolve) =>
    execFile(
      "bash",
      ["--norc", "-c", script],
      { env: { PATH: process.env["PATH"] ?? "", ...env } },
      (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
    ),
  );
}

const CLAW_TOKEN = newBearer("api").bearer;

test("who closes the pipe early is no fault and leaves no noise", async () => {
  const hosts = Array.from({ length: 20_000 }, (_, n) => ({ hostId: `host-${n}` }));
  stub = await startStub(() => ({ body: { hosts, nextCursor: null, position: 1 } }));
  const env = { CLAW_URL: stub.url, CLAW_TOKEN };
  expect(await shell("claw get hosts -o jsonl | head -n1; exit ${PIPESTATUS[0]}", env)).toEqual({
    code: 0,
    out: '{"hostId":"host-0"}\n',
    err: "",
  });
});

test("names go through xargs; exit codes reach the shell; NO_COLOR and pipes have no colour", async () => {
  stub = await startStub((url) =>
    url.startsWith("/api/hosts?")
      ? { body: { hosts: [{ hostId: "h1", freshness: { state: "live" } }], nextCursor: null, position: 1 } }
      : { status: 404, body: { code: "not_found", title: "There is no such thing.", remedy: "List them." } },
  );
  const env = { CLAW_URL: stub.url, CLAW_TOKEN };
  const ran = await shell(
    "claw get hosts -o name | while read id; do claw describe host $id || exit $?; done",
    env,
  );
  expect(ran).toEqual({ code: 3, out: "", err: "There is no such thing. (not_found) List them.\n" });
  expect((await shell("claw get hosts", env)).out).not.toContain("\u001b");
});

test("Ctrl-C ends a watch quietly, with exit 0", async () => {
  const started = await startStub(() => undefined);
  stub = started;
  const connected = new Promise<void>((resolve) => started.live.on("connection", () => resolve()));
  const child = spawn(process.execPath, [CLAW, "watch"], {
    env: { CLAW_URL: started.url, CLAW_TOKEN },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await connected;
  child.kill("SIGINT");
  expect([await ended, err]).toEqual([0, ""]);
});

test("Ctrl-C gives a held lease back before the process ends, with exit 0", async () => {
  const token = { generation: 1, counter: 1 };
  const lease = { leaseId: "l-1", state: "inForce", ttlMs: 600, token };
  const types = () => started.calls.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  let renewed = (): void => {};
  const isRenewed = new Promise<void>((resolve) => (renewed = resolve));
  const started = await startStub(() => {
    if (types().at(-1) === "lease.renew") renewed();
    return { body: { commandId: "l-1", decision: "accepted", lease } };
  });
  stub = started;
  const child = spawn(process.execPath, [CLAW, "lease", "acquire", "s1", "--hold"], {
    env: { CLAW_URL: started.url, CLAW_TOKEN },
    stdio: "ignore",
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await isRenewed;
  child.kill("SIGINT");
  expect([await ended, types().at(-1)]).toEqual([0, "lease.release"]);
});
