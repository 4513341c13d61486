/** The nats-server of a fleet on one machine: found, prepared and kept running; or none, where CLAW_LOG_URL names one that runs elsewhere. */
import { statfsSync } from "node:fs";
import type { Stopped } from "@claw/runtime";
import { Effect, Fiber, type Scope } from "effect";
import type { ChildSpec } from "./children/child.ts";
import { keepRunning } from "./children/keep-running.ts";
import { commandLine } from "./nats-server/command.ts";
import { findServer, type Found } from "./nats-server/find.ts";
import { keepHealthy } from "./nats-server/keep-healthy.ts";
import { prepareServer, type Prepared } from "./nats-server/prepare.ts";
import { shownBytes } from "../storage/parts.ts";

export interface LogServer {
  readonly url: string;
  /** For people: which program, and where from. */
  readonly what: string;
  /** Never succeeds: fails with what keeps the server from running. */
  readonly ended: Effect.Effect<never, Stopped>;
}

export interface LogServerOptions {
  readonly dataDir: string;
  readonly keysDir: string;
  readonly named: string | undefined;
  readonly allowsOld: boolean;
}

/** Runs a server for the time of a scope, which ends it last: services that end want to say their last word to it. */
export const runLogServer = Effect.fnUntraced(function* (
  options: LogServerOptions,
  tell: (line: string) => void,
): Effect.fn.Return<LogServer, Stopped, Scope.Scope> {
  const found = yield* findServer({
    named: options.named,
    path: process.env["PATH"],
    allowsOld: options.allowsOld,
  });
  for (const note of [...found.notes, ...roomNote(options.dataDir)]) tell(note);
  const prepared = yield* prepareServer({ ...options, version: found.version });
  let kill = (): void => {};
  const spec = childOf(found, prepared, (killer) => {
    kill = killer;
  });
  const running = yield* Effect.forkScoped(keepRunning(spec, tell));
  yield* Effect.forkScoped(keepHealthy(prepared.port, () => kill()));
  return { url: prepared.url, what: whatItIs(found), ended: Fiber.join(running) };
});

function childOf(found: Found, prepared: Prepared, onStart: (kill: () => void) => void): ChildSpec {
  const { program, args, isWatched } = commandLine(found.binary, prepared.configFile);
  return { name: "nats-server", program, args, env: () => ({}), hasChannel: isWatched, onStart };
}

/** A log that may grow beyond its disk meets the disk's end first, and a server takes that worse than its own limit (RELIABILITY E12, E13). */
const LEAST_FREE_BYTES = 10 * 1_073_741_824;

function roomNote(dataDir: string): readonly string[] {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize >= LEAST_FREE_BYTES
    ? []
    : [
        `Warning: ${shownBytes(bavail * bsize)} are free at ${dataDir}, and the log of a fleet may take more: docs/do/log-full.md.`,
      ];
}

const ORIGINS = {
  CLAW_NATS_SERVER: "named by CLAW_NATS_SERVER",
  PATH: "found on the PATH",
  npm: "from npm ci",
};

const whatItIs = ({ version, origin }: Found): string =>
  `nats-server ${version.join(".")}, ${ORIGINS[origin]}`;
