/** The keeper: what the watch noticed becomes entries, in bounded batches that all hosts share (S1-159, S1-184, X1-018). */
import type { HostId } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import { Effect } from "effect";
import { heard, type Notation, returned, silenceName, silent, staled } from "./domain/notices.ts";
import type { SessionRow } from "./domain/registry.ts";
import type { Figures } from "./figures.ts";
import { shareOf } from "./line.ts";
import { hostOf, type Register, sessionsOf } from "./register.ts";
import type { Noticed, Watch } from "./watch.ts";
import { appendNotations, type NotePart } from "./writer.ts";

export interface KeeperParts extends NotePart {
  readonly watch: Watch;
  readonly figures: Figures;
  readonly ids: { readonly newId: (prefix: string) => string };
}

/** What one notice still has to say. A host has one at a time: its next may need what this one wrote. */
interface Job {
  readonly noticed: Noticed;
  readonly left: Notation[];
}

type Jobs = Map<HostId, Job>;

/** Entries in one append: a host with ten thousand sessions must not hold up the writer, nor what is said of other hosts. */
const CHUNK = 256;

/** Writes notices until the log fails for good. */
export const keepNotices = (parts: KeeperParts): Effect.Effect<never, LogUnavailable> =>
  Effect.suspend(() => {
    const jobs: Jobs = new Map();
    return Effect.forever(keepSome(parts, jobs));
  });

const keepSome = Effect.fnUntraced(function* (
  parts: KeeperParts,
  jobs: Jobs,
): Effect.fn.Return<void, LogUnavailable> {
  const { watch, figures, clocks } = parts;
  if (jobs.size === 0) yield* watch.woken.await;
  const from = clocks.monoMs();
  yield* beginJobs(parts, jobs);
  if (jobs.size === 0) return void watch.woken.closeUnsafe();
  const part = takeInTurn(jobs, CHUNK);
  if (part.length > 0) yield* appendNotations(parts, part);
  endJobs(watch, jobs);
  figures.phases.observe({ phase: "notice" }, (clocks.monoMs() - from) / 1_000);
});

/** Begins with the oldest notice of each host that has none under way. Those that speak of sessions need to have read what was written last. */
const beginJobs = Effect.fnUntraced(function* (
  parts: KeeperParts,
  jobs: Jobs,
): Effect.fn.Return<void, LogUnavailable> {
  const { register, watch } = parts;
  const fresh = nextNotices(watch.noticed, jobs);
  if (fresh.length === 0) return;
  yield* register.rows.caughtUp(register.lastAppended);
  const hosts = new Set(fresh.filter(speaksOfSessions).map(({ hostId }) => hostId));
  const sessions =
    hosts.size === 0
      ? new Map<HostId, SessionRow[]>()
      : Map.groupBy(
          sessionsOf(register).filter(({ hostId }) => hosts.has(hostId)),
          ({ hostId }) => hostId,
        );
  for (const noticed of fresh) {
    const left = notationsOf(parts, noticed, sessions.get(noticed.hostId) ?? []);
    jobs.set(noticed.hostId, { noticed, left: [...left] });
  }
});

function nextNotices(noticed: readonly Noticed[], jobs: Jobs): readonly Noticed[] {
  const taken = new Set(jobs.keys());
  return noticed.filter(({ hostId }) => taken.size !== taken.add(hostId).size);
}

const speaksOfSessions = ({ notice }: Noticed): boolean =>
  notice.kind === "silent" || notice.edge === "connected" || notice.edge === "returned";

/** At most `room` entries, of each host its share and in its order. Who had a share goes to the back. */
function takeInTurn(jobs: Jobs, room: number): readonly Notation[] {
  const share = shareOf(room, jobs.size);
  const part: Notation[] = [];
  const inTurn = [...jobs];
  for (const [hostId, job] of inTurn) {
    if (part.length >= room) break;
    part.push(...job.left.splice(0, Math.min(share, room - part.length)));
    jobs.delete(hostId);
    jobs.set(hostId, job);
  }
  return part;
}

function endJobs(watch: Watch, jobs: Jobs): void {
  for (const [hostId, { noticed, left }] of jobs) {
    if (left.length > 0) continue;
    jobs.delete(hostId);
    watch.noticed.splice(watch.noticed.indexOf(noticed), 1);
  }
}

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

/**
 * A silence that lasts and is in the log already is not written again, because a stream forgets ids and would take it for another entry under the
 * same one; sessions that were not told yet are told now.
 */
function silenceOf(
  register: Register,
  hostId: HostId,
  lastHeardAt: number,
  silentAfterMs: number,
  at: number,
  sessions: readonly SessionRow[],
): readonly Notation[] {
  const host = hostOf(register, hostId);
  const name = host === undefined ? null : (host.silent?.as ?? silenceName(host));
  if (name === null) return [];
  const toTell = sessions.filter(({ isDeleted, staledAs }) => !isDeleted && staledAs === null);
  const own = host?.silent?.as === name ? [] : [silent(hostId, name, at, lastHeardAt, silentAfterMs)];
  return [...own, ...toTell.map((one) => staled(one, name, at, lastHeardAt))];
}
