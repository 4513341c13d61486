/** The nats-server of a fleet on one machine: alone on its store, and never left behind. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectNats, proveDurability } from "@claw/eventlog";
import { natsServerBinary } from "@claw/testkit/nats";
import { Effect } from "effect";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyFileOf, makeMissingKeys, readSeed } from "../src/fleet/keys/key-files.ts";
import { type LogServer, runLogServer } from "../src/fleet/log-server.ts";
import { commandLine } from "../src/fleet/nats-server/command.ts";
import { answers } from "../src/fleet/nats-server/probe.ts";
import { isAlive } from "../src/house/pid-file.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "claw-log-server-"));
  makeMissingKeys(join(root, "keys"));
});
afterEach(() => rmSync(root, { recursive: true, maxRetries: 5 }));

const run = (lines: string[] = []) =>
  runLogServer(
    { dataDir: root, keysDir: join(root, "keys"), named: natsServerBinary(), allowsOld: false },
    (line) => void lines.push(line),
  );
const portOf = ({ url }: LogServer): number => Number(new URL(url).port);
const until = (isSo: () => Promise<boolean> | boolean): Promise<void> =>
  expect.poll(isSo, { timeout: 45_000, interval: 20 }).toBe(true);

test("it runs with our accounts, proves that it syncs, and ends with its scope", async () => {
  const port = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* run();
        const seed = yield* readSeed(keyFileOf(join(root, "keys"), "watcher"));
        const link = yield* connectNats({ url: server.url, name: "watcher", seed });
        expect(yield* proveDurability(link)).toMatchObject({ state: "proven" });
        const nobody = yield* Effect.flip(connectNats({ url: server.url, name: "watcher", waitMs: 0 }));
        expect(nobody.reason).toBe("forbidden");
        return portOf(server);
      }),
    ),
  );
  expect(await answers(port, 1_000)).toBe(false);
  for (const file of ["server.conf", "accounts.conf"])
    expect(statSync(join(root, "nats", file)).mode & 0o777).toBe(0o600);
});

test("killed, it is started again on its port; a second one on the same store is refused", async () => {
  const lines: string[] = [];
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* run(lines);
        const port = portOf(server);
        yield* Effect.promise(() => until(() => answers(port, 500)));
        const second = yield* Effect.flip(Effect.scoped(run()));
        expect([second.exitCode, second.sentence]).toEqual([5, expect.stringContaining("claw down")]);
        process.kill(serverPid(), "SIGKILL");
        yield* Effect.promise(() => until(() => lines.some((line) => line.includes("ended by SIGKILL"))));
        yield* Effect.promise(() => until(() => answers(port, 500)));
      }),
    ),
  );
});

test("the next fleet takes the port of the last one", async () => {
  const ports: number[] = [];
  for (let n = 0; n < 2; n += 1)
    ports.push(await Effect.runPromise(Effect.scoped(Effect.map(run(), portOf))));
  expect(ports[0]).toBe(ports[1]);
});

/** Of the server in this test's folder, by its command line. */
function serverPid(): number {
  const out = spawnedWith(join(root, "nats", "server.conf"));
  expect(out).toHaveLength(1);
  return out[0] ?? 0;
}

function spawnedWith(argument: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid).at(-1) === argument)
    .map(Number);
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** A parent that starts a program as the fleet does, says its pid, and waits to be killed. */
const PARENT = `
const { spawn } = require("node:child_process");
const { program, args, isWatched } = JSON.parse(process.argv[1]);
const child = spawn(program, args, { stdio: isWatched ? ["ignore", "inherit", "ignore", "ipc"] : ["ignore", "inherit", "ignore"] });
setInterval(() => {}, 1000);
`;

test.for(["by the kernel", "by the watcher"])("its parent killed, it ends: %s", async (how) => {
  const sleeper = `exec sh -c 'echo $$; exec sleep 600'`;
  const line = commandLine("/bin/sh", sleeper, how === "by the watcher" ? null : undefined);
  const parent = spawn(process.execPath, ["-e", PARENT, JSON.stringify(line)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (bytes: Buffer) => resolve(Number(bytes.toString("utf8").trim()))),
  );
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});
