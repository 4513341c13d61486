/** The keeper: what the watch noticed becomes entries, in bounded batches (S1-159, S1-184, X1-018). */
import type { HostId } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import { Effect } from "effect";
import { heard, type Notation, returned, silenceName, silent, staled } from "./domain/notices.ts";
import { hostKey, type SessionRow } from "./domain/registry.ts";
import type { Figures } from "./figures.ts";
import { type Register, sessionsOf } from "./register.ts";
import type { Noticed, Watch } from "./watch.ts";
import { appendNotations, type NotePart } from "./writer.ts";

export interface KeeperParts extends NotePart {
  readonly watch: Watch;
  readonly figures: Figures;
  readonly ids: { readonly newId: (prefix: string) => string };
}

/** Entries in one append: a host with ten thousand sessions must not hold up the writer. */
const CHUNK = 256;

/** Writes notices until the log fails for good. */
export const keepNotices = (parts: KeeperParts): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(
    Effect.gen(function* () {
      const { watch, figures, clocks } = parts;
      yield* watch.woken.await;
      const run = nextRun(watch.noticed);
      if (run.length === 0) return watch.woken.closeUnsafe();
      const from = clocks.monoMs();
      yield* writeRun(parts, run);
      watch.noticed.splice(0, run.length);
      figures.phases.observe({ phase: "notice" }, (clocks.monoMs() - from) / 1_000);
    }),
  );

/** The notices at the front that are of different hosts: a host's next one may need what its first one wrote. */
function nextRun(noticed: readonly Noticed[]): readonly Noticed[] {
  const hosts = new Set<HostId>();
  const end = noticed.findIndex(({ hostId }) => hosts.size === hosts.add(hostId).size);
  return noticed.slice(0, end === -1 ? noticed.length : end);
}

const writeRun = Effect.fnUntraced(function* (
  parts: KeeperParts,
  run: readonly Noticed[],
): Effect.fn.Return<void, LogUnavailable> {
  const { register } = parts;
  yield* register.rows.caughtUp(register.lastAppended);
  const sessions = Map.groupBy(sessionsOf(register), ({ hostId }) => hostId);
  const notations = run.flatMap((noticed) => notationsOf(parts, noticed, sessions.get(noticed.hostId) ?? []));
  for (let from = 0; from < notations.length; from += CHUNK)
    yield* appendNotations(parts, notations.slice(from, from + CHUNK));
});

function notationsOf(
  { register, watch, clocks, ids }: KeeperParts,
  { hostId, notice, figures }: Noticed,
  sessions: readonly SessionRow[],
): readonly Notation[] {
  const at = clocks.wallMs();
  if (notice.kind === "silent")
    return silenceOf(register, hostId, notice.lastHeardAt, watch.silentAfterMs, at, sessions);
  const { edge, count, longestGapMs } = notice;
  const own = heard(hostId, ids.newId("n"), at, { edge, count, longestGapMs, ...figures });
  if (edge !== "connected" && edge !== "returned") return [own];
  return [
    own,
    ...sessions.flatMap((one) => (one.staledAs === null ? [] : [returned(one, one.staledAs, at)])),
  ];
}

/** A silence that lasts is written again under its name: the log keeps the first, and sessions that were not told yet are told now. */
function silenceOf(
  { rows }: Register,
  hostId: HostId,
  lastHeardAt: number,
  silentAfterMs: number,
  at: number,
  sessions: readonly SessionRow[],
): readonly Notation[] {
  const host = rows.get(hostKey(hostId));
  const name = host?.kind === "host" ? (host.silent?.as ?? silenceName(host)) : null;
  if (name === null) return [];
  const toTell = sessions.filter(({ isDeleted, staledAs }) => !isDeleted && staledAs === null);
  return [
    silent(hostId, name, at, lastHeardAt, silentAfterMs),
    ...toTell.map((one) => staled(one, name, at, lastHeardAt)),
  ];
}
