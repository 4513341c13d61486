/**
 * What a message is. A message is an entry only if it is one in every respect: its bytes, its digests, the subject under which it was stored, its
 * message id, and who may write such an entry. Whatever else it is, is told by a code and never folded (RELIABILITY S6, S7). Pure.
 */
import {
  type By,
  DECIDED,
  type Digest,
  type Entry,
  type EntryId,
  type EventOf,
  FLEET_LANE,
  hostEntryId,
  readEvent,
} from "@claw/events";
import {
  isTrusted,
  MAX_MESSAGE_BYTES,
  messageData,
  type NotAnEntry,
  readLain,
} from "../jetstream/message.ts";
import type { Trust } from "../jetstream/trust.ts";
import type { RawMessage } from "../raw-log.ts";
import { type Prepared, prepare } from "../sqlite/rows.ts";

export type QuarantineCode =
  | NotAnEntry["code"]
  | "too_large"
  /** The same entry has one text: other spaces, an escape, a key that comes twice or that nobody knows are another text. */
  | "not_canonical"
  /** It says that somebody wrote it who does not write such entries. */
  | "forged_by"
  /** Only the ledger itself, the keeper or policy gives such an id. */
  | "reserved_id"
  /** Another entry has its id, and no host wrote it. */
  | "id_conflict";

export type Judged =
  | {
      readonly kind: "entry";
      readonly entry: Entry;
      readonly row: Prepared;
      /** What it says of a generation that it opens. */
      readonly resumed: Resumed | null;
    }
  | { readonly kind: "refused"; readonly code: QuarantineCode };

export type Resumed = EventOf<"log.resumed">["data"];

export interface Court {
  /** The generation that the message was stored in, and the newest one that was opened by a `log.resumed`; 1 opens by itself. */
  readonly generation: number;
  readonly opened: number;
  readonly known: (id: EntryId) => Digest | undefined;
  /** Whose decisions are believed; without it everybody's. */
  readonly trust: Trust | null;
}

export function judge(message: RawMessage, court: Court): Judged {
  if (message.data.length > MAX_MESSAGE_BYTES) return refused("too_large");
  const read = readLain(message);
  if (!read.ok) return refused(read.problem.code);
  const { entry, signature } = read.value;
  if (entry.bodies.length !== entry.envelope.events.length) return refused("wrong_shape");
  const row = prepare({ entry });
  if (Buffer.compare(messageData(row.envelope, row.bodies, signature), message.data) !== 0)
    return refused("not_canonical");
  if (!isWritersOwn(entry)) return refused("forged_by");
  const { id, digest, by } = entry.envelope;
  // A lane's last entry comes again in the next generation, from the projector: what is known needs no signature.
  const isNews = court.known(id) !== digest;
  if (isNews && court.trust !== null && !isTrusted(read.value, court.trust)) return refused("unsigned");
  if (by.kind !== "projector")
    return isReserved(id, by) ? refused("reserved_id") : { kind: "entry", entry, row, resumed: null };
  const resumed = resumedOf(entry, court);
  // A lane's last entry comes again in the next generation, also where the ledger itself had written it.
  if (resumed === null && isNews) return refused("forged_by");
  return { kind: "entry", entry, row, resumed };
}

const refused = (code: QuarantineCode): Judged => ({ kind: "refused", code });

/** A host writes under its own ids, and policy in the decided lane; the fleet's is the projector's, who notes forks in their hosts' lanes too. */
function isWritersOwn({ envelope: { id, lane, by } }: Entry): boolean {
  const isHosts = by.kind === "host";
  if (isHosts ? id !== hostEntryId(by.hostId, by.epoch, by.seq) : id.startsWith("host/")) return false;
  if ((by.kind === "policy") !== (lane === DECIDED)) return false;
  return by.kind === "projector" || lane !== FLEET_LANE;
}

/** The opening of the message's own generation, or null. A generation opens once. */
function resumedOf({ envelope, bodies }: Entry, { generation, opened }: Court): Resumed | null {
  if (envelope.lane !== FLEET_LANE) return null;
  const [sealed, ...others] = envelope.events;
  if (sealed === undefined || others.length > 0) return null;
  const read = readEvent(sealed, bodies[0] ?? null);
  if (read.status !== "known" || read.event.type !== "log.resumed") return null;
  return read.event.data.generation === generation && generation > opened ? read.event.data : null;
}

/**
 * Ids of what the ledger writes in a message's place, of what opens a generation, and of decisions. Whoever took one of them first would keep the
 * entry that it belongs to out of every ledger for ever. Ingest notes forks under `forked/<host>/<epoch>/<seq>`.
 */
function isReserved(id: EntryId, by: By): boolean {
  if (/^(quarantined\/|resumed\/|forked\/[^/]+\/[^/]+\/[^/]+\/)/.test(id)) return true;
  return by.kind !== "policy" && /^(decision|reuse|led|due|muted)\//.test(id);
}
