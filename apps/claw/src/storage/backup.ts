/**
 * `claw backup` and `claw restore`: the truth of a data directory in a folder of its own, and back. The truth is the log of a house on one machine or
 * the ledger of a projector; views and folds grow back from it. Tokens and keys are not in a backup; the key that links redacted values is.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { backupTo, checkBackup, type LogUnavailable } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";
import { keepSecret } from "../house/secret-file.ts";
import { fromEnvironment, placeSettings } from "../house/settings.ts";
import { runningHouse } from "../house/pid-file.ts";
import { shownBytes } from "./parts.ts";

const TRUTHS = { house: "log.db", fleet: "ledger.db" } as const;
type Kind = keyof typeof TRUTHS;

const Manifest = z.object({
  claw: z.literal("backup"),
  version: z.literal(1),
  kind: z.enum(["house", "fleet"]),
  madeAt: z.int().min(0),
});

/** Copies while everything runs: no writer waits for it. Refuses a folder that holds something. */
export const backup = (to: string): Effect.Effect<void, Stopped> =>
  Effect.gen(function* () {
    const { dataDir } = yield* fromEnvironment(placeSettings);
    const [from, folder] = [resolve(dataDir), resolve(to)];
    const kind = kindOf(from);
    if (kind === null) return yield* refuse(`${from} holds neither a log nor a ledger.`, EXIT.notFound);
    if (!isEmpty(folder))
      return yield* refuse(
        `${folder} is not an empty folder: a backup is made beside others, never over one.`,
        EXIT.usage,
      );
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const truth = TRUTHS[kind];
    const { bytes } = yield* Effect.mapError(backupTo(join(from, truth), join(folder, truth)), stopped);
    if (existsSync(join(from, "link-key")))
      keepSecret(join(folder, "link-key"), readFileSync(join(from, "link-key"), "utf8").trim());
    const manifest = { claw: "backup", version: 1, kind, madeAt: Date.now() };
    writeFileSync(join(folder, "backup.json"), `${JSON.stringify(manifest)}\n`, { mode: 0o600 });
    process.stderr.write(`${truth} of ${from} is in ${folder}: ${shownBytes(bytes)}, checked.\n`);
  });

/**
 * Puts a backup into an empty data directory. What came after it, hosts send again as far as their outboxes still hold it; the rest is named in the log
 * as missing. A ledger finds the fleet's stream by the message it last took, and goes on or begins a generation (ADR 0009).
 */
export const restore = (from: string): Effect.Effect<void, Stopped> =>
  Effect.gen(function* () {
    const { dataDir } = yield* fromEnvironment(placeSettings);
    const [folder, to] = [resolve(from), resolve(dataDir)];
    const kind = readKind(folder);
    if (kind === null) return yield* refuse(`${folder} holds no backup of ours.`, EXIT.notFound);
    if (runningHouse(to) !== null || !isEmpty(to))
      return yield* refuse(
        `${to} is not empty: move it away first, or choose another folder with CLAW_DATA_DIR.`,
        EXIT.conflict,
      );
    const truth = TRUTHS[kind];
    yield* Effect.mapError(checkBackup(join(folder, truth)), stopped);
    mkdirSync(to, { recursive: true, mode: 0o700 });
    yield* Effect.mapError(backupTo(join(folder, truth), join(to, truth)), stopped);
    if (existsSync(join(folder, "link-key"))) copyFileSync(join(folder, "link-key"), join(to, "link-key"));
    const next = kind === "house" ? "claw up" : "claw fleet` or `claw run projector";
    process.stderr.write(`${truth} is back in ${to}. Start it with \`${next}\`.\n`);
  });

const kindOf = (dataDir: string): Kind | null =>
  existsSync(join(dataDir, TRUTHS.house))
    ? "house"
    : existsSync(join(dataDir, TRUTHS.fleet))
      ? "fleet"
      : null;

function readKind(folder: string): Kind | null {
  try {
    const manifest = Manifest.safeParse(JSON.parse(readFileSync(join(folder, "backup.json"), "utf8")));
    return manifest.data?.kind ?? null;
  } catch {
    return null;
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}

const refuse = (sentence: string, exitCode: Stopped["exitCode"]): Effect.Effect<never, Stopped> =>
  Effect.fail(new Stopped({ sentence, exitCode }));

const stopped = ({ detail }: LogUnavailable): Stopped =>
  new Stopped({ sentence: detail, exitCode: EXIT.fault });
