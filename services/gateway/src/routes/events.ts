/**
 * A session's lane as the log holds it: the raw facts in their order. People's words stand in the bodies, and only those who may read
 * transcripts get them; the rest see that there is one by its digest.
 */
import { type Entry, type Json, parseJson, sequence, sessionLane } from "@claw/events";
import type { Logged } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import { Cause, Exit, Stream } from "effect";
import { z } from "zod";
import { mayDo } from "../auth/access.ts";
import { Refused } from "../http/problem.ts";
import { after, limit } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { knownSession } from "./sessions.ts";

/** Entries read for one page. An entry holds up to 64 events. */
const MAX_ENTRIES = 100;

const EventView = z.object({
  position: z.int().min(1),
  /** The place of the event in its entry. */
  index: z.int().min(0),
  entryId: z.string(),
  by: z.enum(["host", "ingest", "policy"]),
  recordedAt: z.iso.datetime(),
  at: z.iso.datetime(),
  type: z.string(),
  version: z.int().min(1),
  data: z.record(z.string(), z.unknown()),
  bodyDigest: z.string().nullable(),
  /** Null where there is none, where it was erased, and for those who may not read it. */
  body: z.unknown(),
});
type EventView = z.infer<typeof EventView>;

export const sessionEvents = read({
  path: "/api/sessions/{sessionId}/events",
  summary: "The facts of a session, oldest first",
  action: "fleet.read",
  query: z.strictObject({
    after,
    cursor: after.describe("`nextCursor` of the page before."),
    limit: limit.describe(`How many entries, at most ${MAX_ENTRIES} a page.`),
  }),
  answer: listOf("events", EventView),
  handle: async ({ house, caller, query, segment }) => {
    const { sessionId } = knownSession(house, segment("sessionId"));
    const position = house.reader().position();
    const most = Math.min(query.limit, MAX_ENTRIES);
    const logged = await readLane(house, sessionId, Math.max(query.after, query.cursor), most + 1);
    const page = logged.slice(0, most);
    const isOpen = mayDo(caller.principal.role, "transcript.read");
    return {
      events: page.flatMap((one) => eventsOf(one, house.redactor, isOpen)),
      nextCursor: logged.length > most ? String(page.at(-1)?.sequence ?? 0) : null,
      position,
    };
  },
});

type SessionLane = Parameters<typeof sessionLane>[0];

async function readLane(
  house: House,
  sessionId: SessionLane,
  from: number,
  most: number,
): Promise<readonly Logged[]> {
  const lane = sessionLane(sessionId);
  const range = { lane, after: sequence(from) };
  const exit = await house.run(Stream.runCollect(Stream.take(house.log.read(range), most)));
  if (Exit.isSuccess(exit)) return exit.value;
  if (Cause.hasFails(exit.cause)) throw new Refused("unavailable", { part: "log" });
  throw Cause.squash(exit.cause);
}

function eventsOf(
  { sequence: at, entry }: Logged,
  redactor: Redactor,
  isOpen: boolean,
): readonly EventView[] {
  const { envelope, bodies } = entry;
  const again = (value: Json): Json =>
    envelope.redactor === redactor.version ? value : redactor.tree(value).value;
  return envelope.events.map((event, index) => ({
    position: at,
    index,
    entryId: envelope.id,
    by: envelope.by.kind,
    recordedAt: iso(envelope.at),
    at: iso(event.at),
    type: event.type,
    version: event.v,
    data: again(event.data as Json) as EventView["data"],
    bodyDigest: event.body ?? null,
    body: isOpen ? again(bodyOf(bodies[index] ?? null)) : null,
  }));
}

const iso = (at: number): string => new Date(at).toISOString();

function bodyOf(body: Entry["bodies"][number]): Json {
  if (body === null) return null;
  const read = parseJson(body.json);
  return read.ok ? (read.value as Json) : null;
}
