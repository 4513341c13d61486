/** Older pages over NATS: `page.<host>`, heard by every ingest and answered by the one that holds the host's uplink (DESIGN 14.17). */
import { Body, EndpointId, HostId, SealedEvent, SessionId, talkSubjects, Word } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import { z } from "zod";
import { type Pages, PageUnavailable } from "../pages.ts";
import { ask, type Unanswered } from "./ask.ts";
import { serve } from "./serve.ts";
import { LARGE, lastToken, SMALL, talkOf, type TalkOptions } from "./talk.ts";

/** Pages in work at one ingest; each may be as large as a frame. */
const MAX_IN_WORK = 64;
/** The host has 5 s (DESIGN 14.17), and its ingest says so when they are over: this is longer, by the way there and back. */
const PAGE_MS = 5_500;

const Request = z.object({
  hostId: HostId,
  endpointId: EndpointId,
  sessionId: SessionId,
  cursor: z.string().max(4_096).nullable(),
  limit: z.int().min(1).max(50),
});
const Reply = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("page"),
    events: z.array(SealedEvent).max(1_000),
    bodies: z.array(Body.nullable()).max(1_000),
    nextCursor: z.string().max(4_096).nullable(),
  }),
  z.object({ status: z.literal("unavailable"), reason: Word }),
]);

const unavailable = (reason: string): z.infer<typeof Reply> => ({ status: "unavailable", reason });

/** Answers for the time of a scope. `holds` says whose uplinks are here; of other hosts nothing is said, because another ingest may have them. */
export const servePages = (
  connection: NatsConnection,
  pages: Pages,
  holds: (hostId: HostId) => boolean,
  options: TalkOptions = {},
): Effect.Effect<void, never, Scope.Scope> =>
  serve(talkOf(connection, "pages", options), {
    subject: "page.*",
    request: Request,
    limits: { request: SMALL, reply: LARGE },
    most: MAX_IN_WORK,
    excuses: {
      busy: unavailable("busy"),
      misread: unavailable("unreadable"),
      tooLarge: unavailable("too_large"),
      ended: unavailable("host_away"),
    },
    isOurs: (subject) => {
      const host = HostId.safeParse(lastToken(subject));
      return host.success && holds(host.data);
    },
    answer: (request, subject) =>
      request.hostId === lastToken(subject)
        ? pages.read(request).pipe(
            Effect.map((page) => ({ status: "page", ...page })),
            Effect.catch(({ reason }) => Effect.succeed(unavailable(reason))),
          )
        : Effect.succeed(unavailable("unreadable")),
  });

export interface AskPagesOptions extends TalkOptions {
  readonly timeoutMs?: number;
}

/** Asks whichever ingest holds the host. Nobody who does is `host_away`. */
export function askPages(connection: NatsConnection, options: AskPagesOptions = {}): Pages {
  const talk = talkOf(connection, "pages", options);
  const { timeoutMs = PAGE_MS } = options;
  return {
    read: ({ hostId, endpointId, sessionId, cursor, limit }) =>
      ask(talk, {
        subject: talkSubjects.page(hostId),
        value: { hostId, endpointId, sessionId, cursor, limit },
        reply: Reply,
        limits: LARGE,
        timeoutMs,
      }).pipe(
        Effect.mapError(({ why }) => new PageUnavailable({ reason: REASONS[why] })),
        Effect.flatMap((reply) =>
          reply.status === "page"
            ? Effect.succeed({ events: reply.events, bodies: reply.bodies, nextCursor: reply.nextCursor })
            : Effect.fail(new PageUnavailable({ reason: reply.reason })),
        ),
      ),
  };
}

const REASONS: Readonly<Record<Unanswered["why"], string>> = {
  nobody: "host_away",
  late: "host_away",
  away: "unreachable",
  misread: "unreadable",
  too_large: "too_large",
  forbidden: "unreachable",
};
