/** Rows of the API as the entries that they were made from, as far as policy looks at those: what a back-test folds. */
import {
  CommandId,
  DECIDED,
  type EntryId,
  type Event,
  type EventType,
  type HostId,
  kindOf,
  type Lane,
  position,
  type Recorded,
  SessionId,
  sessionLane,
  sha256,
} from "@claw/events";
import { z } from "zod";
import type { Thing } from "../client/pages.ts";

/** The API does not say what a command was hashed to, and nobody compares it here. */
const DIGEST = sha256("");

const Row = z.looseObject({
  commandId: CommandId,
  type: z.string(),
  decision: z.enum(["accepted", "refused"]),
  decidedAt: z.iso.datetime(),
  position: z.int().min(1),
  principal: z.unknown(),
  sessionId: z.string().nullish(),
  hostId: z.string().nullish(),
  endpointId: z.string().nullish(),
  act: z.unknown(),
  token: z.unknown(),
  origin: z.unknown(),
  deadlineAt: z.iso.datetime().nullish(),
  refusal: z.looseObject({ code: z.string(), facts: z.unknown(), rule: z.string().nullish() }).nullish(),
});
type Row = z.infer<typeof Row>;

/** A row of `/api/commands` as the decision that it was made from; null for a row of another shape. */
export function decisionIn(thing: Thing): Recorded | null {
  const read = Row.safeParse(thing);
  if (!read.success) return null;
  const row = read.data;
  const { commandId, type, principal, decision } = row;
  const asked = { commandId, commandType: type, digest: DIGEST, principal, ...given({ origin: row.origin }) };
  const data = { ...asked, ...(decision === "accepted" ? acceptedIn(row) : refusedIn(row)) };
  const event = eventOf(`command.${decision}`, Date.parse(row.decidedAt), data);
  const at = { position: position(row.position), entryId: `decision/${commandId}` as EntryId };
  return event && { ...at, lane: DECIDED, by: { kind: "policy" }, recordedAt: event.at, event };
}

function acceptedIn({ sessionId, hostId, endpointId, act, token, deadlineAt }: Row): object {
  if (act === null || act === undefined) return {};
  const instruction = { sessionId, endpointId, token, act };
  return { instruction, ...given({ hostId }), ...(deadlineAt && { deadlineAt: Date.parse(deadlineAt) }) };
}

function refusedIn({ sessionId, refusal }: Row): object {
  const { code, facts, rule } = refusal ?? { code: "unknown", facts: {}, rule: null };
  return { code, facts, ...given({ rule, sessionId }) };
}

/** Without what is not known. */
const given = (values: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));

function eventOf(type: string, at: number, data: object): Event | null {
  const read = kindOf(type as EventType)?.data.safeParse(data);
  return read?.success === true ? ({ type, at, data: read.data, body: null } as unknown as Event) : null;
}

const Seen = z.looseObject({ sessionId: SessionId, hostId: z.string(), endpointId: z.string() });

/** A row of `/api/sessions` as the first word of its host about it; null for a row of another shape. */
export function sessionIn(thing: Thing): Recorded | null {
  const read = Seen.safeParse(thing);
  if (!read.success) return null;
  const { sessionId, hostId, endpointId } = read.data;
  const data = { ...NOTHING_KNOWN, hostId, endpointId };
  const event = { type: "session.observed", at: 0, data, body: null } as unknown as Event;
  return ofHost(sessionLane(sessionId), hostId as HostId, 1, event);
}

const NOTHING_KNOWN = { activity: { type: "idle", flags: [] } };

const Fact = z.looseObject({
  position: z.int().min(1),
  by: z.literal("host"),
  at: z.iso.datetime(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** An event of a session's lane, as far as it says what a turn cost and which command went into it; null for every other one. */
export function costIn(thing: Thing, sessionId: SessionId, hostId: HostId): Recorded | null {
  const read = Fact.safeParse(thing);
  if (!read.success || !COSTS.has(read.data.type)) return null;
  const { type, at, data, position: place } = read.data;
  const event = eventOf(type, Date.parse(at), data);
  return event && ofHost(sessionLane(sessionId), hostId, place, event);
}

const COSTS: ReadonlySet<string> = new Set<EventType>([
  "turn.started",
  "turn.completed",
  "item.completed",
  "usage.reported",
  "command.succeeded",
  "command.collided",
]);

/** The order of the log stands for that of its host, which the API does not tell. */
const ofHost = (lane: Lane, hostId: HostId, at: number, event: Event): Recorded => ({
  position: position(at),
  entryId: `host/${hostId}/${at}` as EntryId,
  lane,
  by: { kind: "host", hostId, epoch: "log", seq: at } as unknown as Recorded["by"],
  recordedAt: event.at,
  event,
});
