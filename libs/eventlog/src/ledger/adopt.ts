/**
 * Entries of another ledger, taken over at the positions that they have there: how a ledger comes to a generation of the stream that began after its
 * own end. What the other ledger parked does not come with them, and need not: a generation opens with nothing parked. Whether both hold one history is
 * compared, by position and chain, when the generation's opening is taken (ADR 0009).
 */
import { hostEntryId, isIntact, type Placed, readEvents } from "@claw/events";
import { lostIn } from "../sequence/sequencer.ts";
import { emptyStream, type HostStream, skip, unpark } from "../sequence/stream.ts";
import { prepare } from "../sqlite/rows.ts";
import { otherHistory } from "./faults.ts";
import { atOnce, type Desk, type State } from "./take.ts";

/** Takes entries over, in one transaction; answers the state after it. Throws `regressed` for what does not follow from what is held. */
export type AdoptBatch = (state: State, entries: readonly Placed[]) => State;

export const makeAdopt = (desk: Desk): AdoptBatch =>
  atOnce(desk, (...[state, entries]: Parameters<AdoptBatch>) => adoptAll(desk, state, entries));

function adoptAll(desk: Desk, before: State, entries: readonly Placed[]): State {
  let state = before;
  for (const placed of entries) if (placed.position > state.end.last) state = adoptOne(desk, state, placed);
  desk.moveCursor(state.cursor, state.opened);
  desk.streams.flush(state.cursor?.sequence ?? 0);
  return state;
}

function adoptOne(desk: Desk, state: State, placed: Placed): State {
  const { position, entry } = placed;
  const { id } = entry.envelope;
  if (position !== state.end.last + 1 || desk.entries.known(id) !== undefined || !isIntact(entry))
    throw otherHistory(
      `What another ledger has at ${position} does not follow position ${state.end.last} here.`,
    );
  moveStream(desk, placed);
  const end = desk.entries.add(state.end, prepare({ entry }));
  const opened = openedBy(placed);
  if (opened === null) return { ...state, end };
  desk.streams.unparkAll();
  return { ...state, end, opened };
}

/**
 * A host's entry is the next one of its outbox, in every ledger; only behind a loss an earlier one can come, which was parked among the lost there.
 */
function moveStream(desk: Desk, placed: Placed): void {
  const { streams } = desk;
  const { by, id } = placed.entry.envelope;
  if (by.kind !== "host") return moveBehindLoss(desk, placed);
  const stream = streams.get(by.hostId, by.epoch) ?? emptyStream;
  if (by.seq > stream.next)
    throw otherHistory(
      `What another ledger has at ${placed.position} is not the next entry of its outbox here.`,
    );
  const isParked = stream.parked[0]?.seq === by.seq;
  if (isParked) streams.unpark(id);
  const after: HostStream = {
    next: Math.max(stream.next, by.seq + 1),
    highest: Math.max(stream.highest, by.seq),
    parked: isParked ? stream.parked.slice(1) : stream.parked,
  };
  streams.put({ hostId: by.hostId, epoch: by.epoch, after });
}

/** What was parked behind a loss comes with the entries, if the other ledger had it too: so it is not freed here, and what is parked here is forgotten. */
function moveBehindLoss({ streams }: Desk, { entry }: Placed): void {
  const lost = lostIn(entry);
  if (lost === null) return;
  const { hostId, epoch, from, to } = lost;
  const stream = streams.get(hostId, epoch) ?? emptyStream;
  for (const { seq } of stream.parked) streams.unpark(hostEntryId(hostId, epoch, seq));
  const [after] = skip(unpark(stream), from, to);
  streams.put({ hostId, epoch, after });
}

/** The generation that an entry opened, or null. Only a projector says so: the other ledger let no one else's word in. */
function openedBy(placed: Placed): number | null {
  if (placed.entry.envelope.by.kind !== "projector") return null;
  const [read] = readEvents(placed);
  return read?.status === "known" && read.event.type === "log.resumed" ? read.event.data.generation : null;
}
