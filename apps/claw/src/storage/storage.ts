/** `claw storage`: what lies in the data directory, what may be deleted, and how full a fleet's log is. */
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { connectNats, type LogStats, type NatsLink } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";
import { logStream } from "@claw/events";
import { keyFileOf, keysDirOf, readSeed } from "../fleet/keys/key-files.ts";
import { natsDirOf } from "../fleet/nats-server/prepare.ts";
import { shareOf } from "../fleet/run/share.ts";
import { type Part, partsOf, shownBytes } from "./parts.ts";

type Fill = Pick<LogStats, "bytes" | "maxBytes">;

/** Refuses a folder that does not exist. A fleet's server is asked where it is known and the key of a reader is here; otherwise that line is left out. */
export const storage = Effect.fnUntraced(function* (
  dataDir: string,
  output: "table" | "json",
): Effect.fn.Return<void, Stopped> {
  if (!existsSync(dataDir))
    return yield* Effect.fail(
      new Stopped({
        sentence: `There is no ${dataDir}: nothing of ours runs here yet.`,
        exitCode: EXIT.notFound,
      }),
    );
  const parts = partsOf(dataDir);
  const stream = yield* fillOf(dataDir);
  const disk = statfsSync(dataDir);
  const freeBytes = disk.bavail * disk.bsize;
  process.stdout.write(
    output === "json"
      ? `${JSON.stringify({ parts, stream, freeBytes })}\n`
      : tableOf(parts, stream, freeBytes),
  );
});

function tableOf(parts: readonly Part[], stream: Fill | null, freeBytes: number): string {
  const rows = parts.map(({ part, bytes, growsBack }) => [
    part,
    shownBytes(bytes),
    growsBack ? "grows back" : "",
  ]);
  rows.push(["free on the disk", shownBytes(freeBytes), ""]);
  if (stream !== null) rows.push(["stream of the log", shownBytes(stream.bytes), shareOf(stream).detail]);
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  return rows
    .map(
      ([name = "", size = "", note = ""]) =>
        `${name.padEnd(width)}  ${size.padStart(10)}  ${note}`.trimEnd() + "\n",
    )
    .join("");
}

const WAIT_MS = 1_500;

/** Null where there is no fleet, or its server does not answer. */
const fillOf = (dataDir: string): Effect.Effect<Fill | null> => {
  const url = process.env["CLAW_LOG_URL"] ?? urlOf(dataDir);
  const file = keyFileOf(keysDirOf(dataDir), "projector");
  if (url === null || !url.startsWith("nats") || !existsSync(file)) return Effect.succeed(null);
  return Effect.scoped(
    Effect.flatMap(readSeed(file), (seed) =>
      Effect.flatMap(connectNats({ url, name: "projector", seed, allowOld: true, waitMs: 0 }), newestOf),
    ),
  ).pipe(Effect.catch(() => Effect.succeed(null)));
};

const Names = z.object({ streams: z.array(z.string()).nullish() });
const Info = z.object({ config: z.object({ max_bytes: z.int() }), state: z.object({ bytes: z.int() }) });

/** The stream that has the subject of decisions is the generation that is appended to. */
const newestOf = ({ connection }: NatsLink): Effect.Effect<Fill | null, unknown> =>
  Effect.tryPromise(async () => {
    const asked = { subject: "log.decided" };
    const names = Names.parse(
      (await connection.request("$JS.API.STREAM.NAMES", JSON.stringify(asked), { timeout: WAIT_MS })).json(),
    );
    const [name = logStream(1)] = names.streams ?? [];
    const { config, state } = Info.parse(
      (await connection.request(`$JS.API.STREAM.INFO.${name}`, "", { timeout: WAIT_MS })).json(),
    );
    return { bytes: state.bytes, maxBytes: config.max_bytes < 0 ? null : config.max_bytes };
  });

function urlOf(dataDir: string): string | null {
  try {
    return `nats://127.0.0.1:${readFileSync(join(natsDirOf(dataDir), "port"), "utf8").trim()}`;
  } catch {
    return null;
  }
}
