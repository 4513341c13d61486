/**
 * The dispatcher: what policy accepted goes to the host that is to do it, at once and again after each hello, until an outcome is in the log (DESIGN 6.2.7).
 *
 * Each ingest folds the same log and has the same worklist; it sends only to uplinks that it holds, once per uplink, and says again what a kill switch takes
 * back (`recall.ts`). A text is read in the log right before it is sent, so that none lies in memory. A host that reads slowly is not sent more, and then let
 * go: after its next hello it is asked again.
 */
import { sequence } from "@claw/events";
import type { EventLog, FoldChange, LogUnavailable } from "@claw/eventlog";
import type { Health } from "@claw/runtime";
import { Effect, Queue, Stream } from "effect";
import { takesAct } from "@claw/wire";
import type { Switchboard } from "./board.ts";
import { inOrder, isWorthAsking, mayHaveText, textIn, toAsk } from "./domain/dispatch.ts";
import { mayHalt } from "./domain/switches.ts";
import { isWorkKey, nameOf, type Work } from "./domain/work.ts";
import { HALTED, handOver } from "./hand-over.ts";
import { patiently } from "./patience.ts";
import { recallHalted } from "./recall.ts";
import { haltsNow, type Register } from "./register.ts";
import type { Uplink, Waiting } from "./uplink.ts";
import { openOf, takeRow } from "./worklist.ts";

/** Uplinks that are served at the same time: reading a text may be a trip to another machine. */
const AT_ONCE = 64;
/** Bytes that may wait in a socket before it gets more work: the largest frame is under half of it, a welcome's worth of commands may be much more. */
const ENOUGH_BYTES = 1_048_576;
/** How long a socket may take none. */
const SLOW_MS = 10_000;

/** After the welcome: all that is open, in decided order. */
export function beginDispatch(board: Switchboard, uplink: Uplink): void {
  const now = board.clocks.wallMs();
  const open = toAsk(openOf(board.register.work, uplink.guest.hostId), now);
  for (const work of open) ask(board, uplink, work);
}

function ask({ clocks, errands }: Pick<Switchboard, "clocks" | "errands">, uplink: Uplink, work: Work): void {
  const { dispatch, side } = uplink;
  if (!takesAct(side, work.kind === "fence" ? null : work.act.kind)) return;
  dispatch.waiting.push({ work, sinceMonoMs: clocks.monoMs() });
  if (!dispatch.isQueued && dispatch.blockedSinceMonoMs === null) queue(errands, uplink);
}

/** A full queue is tried again with the next tick. */
function queue(errands: Switchboard["errands"], uplink: Uplink): void {
  uplink.dispatch.isQueued = Queue.offerUnsafe(errands, uplink);
}

/** Goes along with the registry: new work is asked at once. */
export const followWork = (board: Switchboard): Effect.Effect<void> =>
  Stream.runForEach(board.register.rows.changes, (change) => Effect.sync(() => takeChange(board, change)));

/**
 * Where a change was missed, all rows are looked at. Rows are read as they are now, perhaps ahead of the change. What is open is in the index before it is
 * asked, and a welcome asks what is in the index: so each is asked once on each uplink.
 */
export function takeChange(board: Switchboard, { after, through, keys }: FoldChange): void {
  const { rows, work } = board.register;
  const isWhole = after === work.through;
  work.through = through;
  const opened: Work[] = [];
  for (const key of isWhole ? keys : rows.all().keys()) {
    const row = isWorkKey(key) ? rows.get(key) : undefined;
    if (row?.kind !== "work") continue;
    opened.push(...takeRow(work, key, row));
  }
  const now = board.clocks.wallMs();
  for (const one of opened.toSorted(inOrder)) {
    const uplink = board.byHost.get(one.hostId);
    if (uplink?.side.phase === "open" && isWorthAsking(one, now)) ask(board, uplink, one);
  }
  if (!isWhole || mayHalt(keys)) recallHalted(board);
}

export interface DispatchParts {
  readonly log: Pick<EventLog, "at">;
  readonly health: Health;
}

/** Sends what waits, each uplink in its order and none waiting for another, until the log fails for good. */
export const sendWork = (board: Switchboard, parts: DispatchParts): Effect.Effect<void, LogUnavailable> =>
  Stream.fromQueue(board.errands).pipe(
    Stream.mapEffect((uplink) => sendAll(board, parts, uplink), { concurrency: AT_ONCE, unordered: true }),
    Stream.runDrain,
  );

const sendAll = Effect.fnUntraced(function* (
  board: Switchboard,
  parts: DispatchParts,
  uplink: Uplink,
): Effect.fn.Return<void, LogUnavailable> {
  for (;;) {
    const next = nextOf(board, uplink);
    if (next === null) return;
    const { work, sinceMonoMs } = next;
    uplink.dispatch.inHand = work;
    const text = mayHaveText(work) ? yield* readText(parts, work) : null;
    uplink.dispatch.inHand = null;
    // It may have ended, or the uplink, while the log was read.
    if (!board.register.work.byName.has(nameOf(work))) continue;
    const isHalted = !mayBegin(board.register, uplink, work);
    handOver(board, uplink, work, isHalted ? HALTED : text);
    board.figures.phases.observe({ phase: "dispatch" }, (board.clocks.monoMs() - sinceMonoMs) / 1_000);
  }
});

/** The next that is still open, or null where the uplink is done with: nothing waits, it is over, or its socket is full. */
function nextOf({ clocks, register }: Switchboard, { dispatch, side, socket }: Uplink): Waiting | null {
  if (side.phase !== "open") dispatch.waiting.length = 0;
  if (dispatch.waiting.length > 0 && socket.bufferedAmount > ENOUGH_BYTES) {
    dispatch.blockedSinceMonoMs = clocks.monoMs();
    dispatch.isQueued = false;
    return null;
  }
  for (;;) {
    const next = dispatch.waiting.shift();
    dispatch.isQueued = next !== undefined;
    if (next === undefined) return null;
    if (register.work.byName.has(nameOf(next.work))) return next;
  }
}

const readText = ({ log, health }: DispatchParts, work: Work): Effect.Effect<string | null, LogUnavailable> =>
  Effect.map(patiently(health, "ingest", log.at(sequence(work.position))), (logged) =>
    logged === null ? null : textIn(logged.entry, work),
  );

/**
 * Looked at in the moment of sending, on rows that hold every switch up to the newest entry that was folded: what was sent before a halt is taken back
 * (`recallHalted`). A send that a halt stopped once stays stopped after the switch was lifted, since its host may have answered by then that it never will do it.
 */
function mayBegin(register: Register, uplink: Uplink, work: Work): boolean {
  const { stopped } = register.work;
  if (!stopped.has(nameOf(work)) && !haltsNow(register)(work)) return true;
  if (uplink.side.phase === "open") stopped.add(nameOf(work));
  return false;
}

/** Time passed: sockets that take work again get it, and those that took none for too long are let go. */
export function resumeDispatch({ byHost, clocks, errands }: Switchboard): void {
  const now = clocks.monoMs();
  for (const uplink of byHost.values()) {
    const { dispatch, socket } = uplink;
    if (dispatch.isQueued || dispatch.waiting.length === 0) continue;
    if (socket.bufferedAmount <= ENOUGH_BYTES) {
      dispatch.blockedSinceMonoMs = null;
      queue(errands, uplink);
    } else if (now - (dispatch.blockedSinceMonoMs ??= now) >= SLOW_MS) socket.terminate();
  }
}
