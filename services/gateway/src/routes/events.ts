/**
 * A session's lane as the log holds it: the raw facts in their order. People's words stand in the bodies, and only those who may read
 * transcripts get them; the rest see that there is one by its digest.
 */
import { type Entry, type Json, parseJson, sequence, sessionLane } from "@claw/events";
import type { Logged, LogUnavailable } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import { Cause, Exit, Stream } from "effect";
import { z } from "zod";
import { mayDo } from "../auth/access.ts";
import { Refused } from "../http/problem.ts";
import { after, limit } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { eyesOf } from "../sight.ts";
import { knownSession } from "./sessions.ts";

/** Entries read for one page. An entry holds up to 64 events. */
const MAX_ENTRIES = 100;

const EventView = z.object({
  position: z.int().min(1),
  /** The place of the event in its entry. */
  index: z.int().min(0),
  entryId: z.string(),
  by: z.enum(["host", "ingest", "policy", "projector"]),
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
    order: z
      .enum(["oldest", "newest"])
      .default("oldest")
      .describe("Newest: the last page first, and in it the last fact first."),
    cursor: after.describe("`nextCursor` of the page before."),
    limit: limit.describe(`How many entries, at most ${MAX_ENTRIES} a page.`),
  }),
  answer: listOf("events", EventView).extend({
    total: z.int().min(0).describe("How many facts there are of this session."),
    isTruncated: z.boolean().describe("Not all of them are in this answer."),
  }),
  handle: async ({ house, caller, query, segment }) => {
    const { sessionId, factCount } = knownSession(house, segment("sessionId"));
    const position = house.reader().position();
    const most = Math.min(query.limit, MAX_ENTRIES);
    const isNewest = query.order === "newest";
    const logged = isNewest
      ? await readBack(house, sessionId, {
          after: query.after,
          before: query.cursor || position + 1,
          most: most + 1,
        })
      : await readLane(house, sessionId, Math.max(query.after, query.cursor), most + 1);
    const page = logged.slice(0, most);
    const isOpen =
      mayDo(caller.principal.role, "transcript.read") && eyesOf(house, caller).of(sessionId) === "full";
    const events = page.flatMap((one) => {
      const facts = eventsOf(one, house.redactor, isOpen);
      return isNewest ? facts.toReversed() : facts;
    });
    return {
      events,
      nextCursor: logged.length > most ? String(page.at(-1)?.sequence ?? 0) : null,
      position,
      total: Math.max(factCount, events.length),
      isTruncated: events.length < factCount,
    };
  },
});

type SessionLane = Parameters<typeof sessionLane>[0];

const readLane = (
  house: House,
  sessionId: SessionLane,
  from: number,
  most: number,
): Promise<readonly Logged[]> =>
  collected(
    house,
    Stream.take(house.log.read({ lane: sessionLane(sessionId), after: sequence(from) }), most),
  );

async function collected(
  house: House,
  entries: Stream.Stream<Logged, LogUnavailable>,
): Promise<readonly Logged[]> {
  const exit = await house.run(Stream.runCollect(entries));
  if (Exit.isSuccess(exit)) return exit.value;
  if (Cause.hasFails(exit.cause)) throw new Refused("unavailable", { part: "log" });
  throw Cause.squash(exit.cause);
}

/** Positions that are looked at first for the last entries of a lane; if they hold too few, as many again times the factor. */
const WINDOW = 2_048;
const WINDOW_GROWS = 8;

/**
 * The last entries of a lane before a position, the last one first. A log is read forwards alone: so from further and further back, until there are enough. Each look
 * is a walk along one lane, and no more entries are held than are asked for.
 */
async function readBack(
  house: House,
  sessionId: SessionLane,
  { after: first, before, most }: { readonly after: number; readonly before: number; readonly most: number },
): Promise<readonly Logged[]> {
  const lane = sessionLane(sessionId);
  for (let window = WINDOW; ; window *= WINDOW_GROWS) {
    const from = Math.max(first, before - 1 - window);
    const entries = house.log.read({ lane, after: sequence(from) }).pipe(
      Stream.takeWhile((one) => one.sequence < before),
      Stream.takeRight(most),
    );
    const found = await collected(house, entries);
    if (found.length >= most || from <= first) return found.toReversed();
  }
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
