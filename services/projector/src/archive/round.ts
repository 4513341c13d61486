/**
 * One look at every session: what is due is archived, what was kept for long enough is let go of, and what nobody needs any more is removed. One thing is done
 * after the other: archiving waits for everybody else.
 *
 * The order holds whatever ends the process (X1-036, X1-037): objects, then the record of them; the record of their end, then the objects' end.
 */
import { keysOf, needlessKeys, type ObjectsUnavailable, placeOf } from "@claw/archives";
import type { SessionId } from "@claw/events";
import type { GateClosed } from "@claw/wire";
import { Effect } from "effect";
import { dueOf } from "../domain/archive/due.ts";
import type { Archived, Subject } from "../domain/archive/subject.ts";
import { ask, isPutOff, isShown, newCommandId, putOff } from "./ask.ts";
import type { ArchiveHouse } from "./house.ts";
import { writeArchive, type WriteFault } from "./write.ts";

/** Why a round ended before its end. */
export type RoundFault = WriteFault | GateClosed;

/** Sessions that are looked at at once; between two such pages others get their turn. */
const PAGE = 100;

/**
 * Fails at the first thing that is away: the next round begins again with what is left. `present` are the objects that there are, where somebody looked: an archive
 * whose objects are gone, because a data directory was restored without them, is made again.
 */
export const archiveRound = Effect.fnUntraced(function* (
  house: ArchiveHouse,
  present: ReadonlySet<string> | null = null,
): Effect.fn.Return<void, RoundFault> {
  for (const sessionId of house.asked.keys()) yield* settle(house, sessionId);
  let cursor: string | null = null;
  do {
    const page: ReturnType<ArchiveHouse["rows"]["subjects"]> = house.rows.subjects({ limit: PAGE, cursor });
    for (const subject of page.rows) yield* tend(house, subject, present);
    cursor = page.nextCursor;
    yield* Effect.yieldNow;
  } while (cursor !== null);
});

/** What was asked for: is it in the rows by now? Then what it made needless goes. Else it is asked for again, if nobody ever answered. */
const settle = Effect.fnUntraced(function* (
  house: ArchiveHouse,
  sessionId: SessionId,
): Effect.fn.Return<void, RoundFault> {
  const asked = house.asked.get(sessionId);
  if (asked === undefined) return;
  if (isShown(asked.command, house.rows.archived(sessionId))) {
    yield* removeNeedless(house, sessionId);
    house.asked.delete(sessionId);
  } else if (!asked.isAccepted) yield* ask(house, asked.command);
});

const tend = Effect.fnUntraced(function* (
  house: ArchiveHouse,
  subject: Subject,
  present: ReadonlySet<string> | null,
): Effect.fn.Return<void, RoundFault> {
  const { rows, clocks } = house;
  const { sessionId } = subject.row;
  if (house.asked.has(sessionId) || isPutOff(house, sessionId)) return;
  const archived = rows.archived(sessionId);
  const due = dueOf(subject, archived, rows.limits(), clocks.wallMs());
  if (due === "delete" && archived !== null)
    yield* ask(house, {
      type: "record.archive_deleted",
      commandId: newCommandId(),
      sessionId,
      version: archived.version,
      reason: "kept for as long as archive_keep_days says",
    });
  else if (due === "archive" || isLost(sessionId, archived, present)) yield* archive(house, sessionId);
});

const isLost = (
  sessionId: SessionId,
  archived: Archived | null,
  present: ReadonlySet<string> | null,
): boolean =>
  present !== null &&
  archived !== null &&
  archived.deletedAt === null &&
  Object.values(keysOf(sessionId, archived)).some((key) => !present.has(key));

/** Writes and reads back; asks for its record only where both agree with the rows. */
const archive = Effect.fnUntraced(function* (
  house: ArchiveHouse,
  sessionId: SessionId,
): Effect.fn.Return<void, RoundFault> {
  const writing = yield* writeArchive(house, sessionId);
  if (writing.status === "written")
    return yield* ask(house, { type: "record.archive", commandId: newCommandId(), ...writing.record });
  house.outcomes.add({ outcome: "differs" });
  putOff(house, sessionId);
  house.diagnostics.info({ sessionId, why: writing.why }, "an archive was not finalised and is made again");
});

const removeNeedless = Effect.fnUntraced(function* (
  { rows, store }: ArchiveHouse,
  sessionId: SessionId,
): Effect.fn.Return<void, ObjectsUnavailable> {
  const keys = yield* store.list(sessionId);
  for (const key of needlessKeys(rows.archived(sessionId), keys)) yield* store.delete(key);
});

/**
 * Removes what a process left that died between the record of an end and the end itself, and gives the keys that there are then. Done now and then: otherwise each
 * archive looks after its own.
 */
export const sweepObjects = Effect.fnUntraced(function* ({
  rows,
  store,
}: ArchiveHouse): Effect.fn.Return<ReadonlySet<string>, ObjectsUnavailable> {
  yield* store.sweep;
  const present = new Set(yield* store.list(""));
  const bySession = Map.groupBy(present, (key) => placeOf(key)?.sessionId ?? "");
  for (const [sessionId, keys] of bySession)
    for (const key of needlessKeys(rows.archived(sessionId as SessionId), keys)) {
      yield* store.delete(key);
      present.delete(key);
    }
  return present;
});
