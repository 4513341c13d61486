/** Lives of a process that archives, each killed one step later than the one before, and what each leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keysOf, PART_NAMES } from "@claw/archives";
import { openSqliteLog } from "@claw/eventlog";
import { type Entry, sha256 } from "@claw/events";
import { Effect, Stream } from "effect";
import { expect, onTestFinished } from "vitest";
import { closed, observed, said, SESSION } from "./archive-world.ts";

/** Where they archive, and when they end. */
export interface Lives {
  readonly folder: string;
  /** Where the objects lie in a bucket; else they lie in the folder. */
  readonly url?: string;
  /** Every so many steps one is a life's last. */
  readonly stride: number;
  /** An object as it is there now; fails where it is not. */
  readonly read: (key: string) => Promise<Uint8Array>;
}

/** A folder that is gone when the test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-archives-kill-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A session that ended, with so many long words between its first and its last; gives how many facts that are. */
export function begin(folder: string, words: readonly string[]): Promise<number> {
  const entries: readonly Entry[] = [
    observed(1),
    ...words.map((text, n) => said(2 + n, text)),
    closed(2 + words.length),
  ];
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: join(folder, "log.db") });
        yield* log.append(entries.map((entry) => ({ entry })));
        return entries.length;
      }),
    ),
  );
}

type Goal = "last" | "deleted";

/** Whether it was killed before it came to its own end. */
async function live(
  { folder, url }: Lives,
  diesAt: number,
  daysAhead: number,
  goal: Goal,
): Promise<{ readonly isKilled: boolean }> {
  const script = fileURLToPath(new URL("child-archivist.ts", import.meta.url));
  const given = [folder, String(diesAt), String(daysAhead), goal, ...(url === undefined ? [] : [url])];
  const child = spawn(process.execPath, [script, ...given], { stdio: ["ignore", "ignore", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL" && code !== 0) throw new Error(`the child ended with ${code}`);
  return { isKilled: signal === "SIGKILL" };
}

/** What became of the session's archives, by the log. */
export interface Told {
  readonly finalised: readonly Finalised[];
  readonly isDeleted: boolean;
}
/** What is recorded of one of them. */
export type Finalised = Parameters<typeof keysOf>[1] & {
  readonly events: number;
  readonly isFinal: boolean;
};

/** What the log says of the session's archives; nobody has it open now. */
export const toldIn = (folder: string): Promise<Told> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: join(folder, "log.db") });
        const entries = yield* Stream.runCollect(log.read({ after: 0 }));
        const events = entries.flatMap(({ entry }) => entry.envelope.events);
        return {
          finalised: events
            .filter(({ type }) => type === "archive.finalised")
            .map(({ data }) => data as unknown as Finalised),
          isDeleted: events.some(({ type }) => type === "archive.deleted"),
        };
      }),
    ),
  );

/** The newest archive that is recorded is there, byte for byte, unless its end was recorded. Views take the first record of a version. */
export async function expectWhole({ folder, read }: Lives): Promise<Told> {
  const told = await toldIn(folder);
  const newest = told.finalised.reduce<Finalised | null>(
    (best, one) => (best === null || one.version > best.version ? one : best),
    null,
  );
  if (newest === null || told.isDeleted) return told;
  const keys = keysOf(SESSION, newest);
  for (const part of PART_NAMES) {
    const bytes = await read(keys[part]);
    const digest = sha256(Buffer.from(bytes).toString("utf8"));
    expect([part, bytes.byteLength, digest]).toEqual([
      part,
      newest.parts[part].bytes,
      newest.parts[part].digest,
    ]);
  }
  return told;
}

/** Lives that die some steps later each, until one comes to its own end; gives the step at which that one would have died. */
export async function killThrough(lives: Lives, daysAhead: number, goal: Goal): Promise<number> {
  for (let diesAt = 1; ; diesAt += lives.stride) {
    const { isKilled } = await live(lives, diesAt, daysAhead, goal);
    await expectWhole(lives);
    if (!isKilled) return diesAt;
  }
}
