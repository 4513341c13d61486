import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Effect, type Scope } from "effect";
import { makeLineCutter } from "../domain/lines.ts";
import { type CodexFault, fault } from "../faults.ts";
import type { Settings } from "../options.ts";
import type { StdioTarget } from "../domain/target.ts";
import { onceEnded, type Wire, type WireEvents } from "./wire.ts";

/** How long a child may take to end after SIGTERM before it gets SIGKILL. */
const graceMs = 2_000;

/**
 * Starts a child and speaks JSON lines with it. With the scope its stdin is closed and it is ended by its process id,
 * gently, then for good. Its stderr is read so that it can never block, and thrown away: it is prose for people.
 */
export function openStdio(
  target: StdioTarget,
  settings: Settings,
  events: WireEvents,
): Effect.Effect<Wire, CodexFault, Scope.Scope> {
  return Effect.acquireRelease(start(target), stop).pipe(
    Effect.tap((child) => Effect.sync(() => listen(child, settings, onceEnded(events)))),
    Effect.map(toWire),
  );
}

function start(target: StdioTarget): Effect.Effect<ChildProcessWithoutNullStreams, CodexFault> {
  return Effect.callback((resume) => {
    const child = spawn(target.command, target.args, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(target.env && { env: target.env }),
      ...(target.cwd !== undefined && { cwd: target.cwd }),
    });
    child.once("spawn", () => resume(Effect.succeed(child)));
    child.once("error", (error) => {
      const code = "code" in error ? String(error.code) : error.message;
      resume(Effect.fail(fault("spawn_failed", { message: `cannot start ${target.command}: ${code}` })));
    });
  });
}

/** Every stream has an error listener: an unheard `error` event would end our own process (W-20). */
function listen(child: ChildProcessWithoutNullStreams, { limits }: Settings, events: WireEvents): void {
  const cutter = makeLineCutter(limits.frameBytes);
  const fail = (error: Error) =>
    events.ended(
      fault("transport_failed", { message: "code" in error ? String(error.code) : error.message }),
    );
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = cutter.push(chunk);
    if (lines === "too_long") {
      child.stdout.destroy();
      return events.ended(fault("frame_too_large", { message: "the server sent a line over the limit" }));
    }
    for (const line of lines) events.frame(line, false);
  });
  child.stdout.on("error", fail);
  child.stdin.on("error", fail);
  child.stderr.on("error", () => {});
  child.stderr.resume();
  child.on("error", fail);
  // `close` follows `exit` when the streams are empty, so a last reply still arrives.
  child.on("close", (closeCode) =>
    events.ended(fault("child_exited", { message: "the app-server process ended", closeCode })),
  );
}

function toWire(child: ChildProcessWithoutNullStreams): Wire {
  return {
    send: (text) => {
      if (child.stdin.writable) child.stdin.write(`${text}\n`);
    },
    outboundBytes: () => child.stdin.writableLength,
    ping: null,
  };
}

function stop(child: ChildProcessWithoutNullStreams): Effect.Effect<void> {
  return Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void);
    const lastWord = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(lastWord);
      resume(Effect.void);
    });
    child.stdout.resume();
    child.stdin.end();
    child.kill("SIGTERM");
  });
}
