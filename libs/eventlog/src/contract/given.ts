/** Entries for tests: whole and intact, told apart by their id, and made of nothing but what the caller says. */
import {
  type By,
  type Entry,
  type EntryId,
  type Epoch,
  hostEntryId,
  type HostId,
  type Json,
  type Lane,
  type OpenEvent,
  seal,
  type SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";

/** A moment inside the range of believable times. */
export const AT = 1_800_000_000_000;
const SALT = "00".repeat(16);
const HEX = 16;

export interface GivenEntry {
  readonly id?: string;
  readonly lane?: Lane;
  readonly by?: By;
  readonly at?: number;
  readonly events?: readonly OpenEvent[];
}

/** An entry with one `session.closed`, or with what is given instead. */
export function givenEntry({ id, lane, by, at = AT, events }: GivenEntry = {}): Entry {
  const sealed = seal(lane ?? givenLane("a"), null, events ?? [givenEvent()], () => SALT);
  return stampEntry(sealed, { id: (id ?? "test/1") as EntryId, by: by ?? { kind: "policy" }, at });
}

export const givenLane = (name: string): Lane => sessionLane(name as SessionId);

export const givenEvent = (
  type = "session.closed",
  data: Json = { how: "unloaded" },
  body?: Json,
): OpenEvent => ({ type, v: 1, at: AT, data, ...(body === undefined ? {} : { body }) });

export const givenHost = (name: string): HostId => name as HostId;
export const givenEpoch = (n: number): Epoch => n.toString(HEX).padStart(32, "0") as Epoch;

/** What a host said at one place of its outbox. `what` tells two different facts apart. */
export function givenHostEntry(hostId: HostId, epoch: Epoch, seq: number, what = ""): Entry {
  return givenEntry({
    id: hostEntryId(hostId, epoch, seq),
    lane: givenLane(hostId),
    by: { kind: "host", hostId, epoch, seq },
    events: [givenEvent("session.named", {}, { name: `${seq}${what}` })],
  });
}
