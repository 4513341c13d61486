/** Older pages of a transcript, asked of the host through its uplink: 5 s, a few at a time, not logged (DESIGN 14.17). */
import { bodyDigest, readEvent } from "@claw/events";
import { type FromHost, type HistoryPage, type PageRequest, type Pages, PageUnavailable } from "@claw/wire";
import { Effect } from "effect";
import { ownerOf } from "./register.ts";
import type { Switchboard } from "./board.ts";
import { say } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";

/** How long a host has for a page (DESIGN 14.17). */
const PAGE_DEADLINE_MS = 5_000;
/** Pages that may be asked of one host at the same time: each may be as large as a frame. */
const MAX_ASKS = 4;

type Page = Extract<FromHost, { type: "page" }>;

export const makePages = (board: Switchboard, newId: (prefix: string) => string): Pages => ({
  read: (request) => Effect.suspend(() => read(board, newId("page"), request)),
});

function read(
  board: Switchboard,
  requestId: string,
  request: PageRequest,
): Effect.Effect<HistoryPage, PageUnavailable> {
  const uplink = board.byHost.get(request.hostId);
  if (uplink === undefined) return unavailable("host_away");
  const owner = ownerOf(board.register, request.sessionId);
  if (owner?.hostId !== request.hostId || owner.endpointId !== request.endpointId)
    return unavailable("session_elsewhere");
  if (uplink.asks.size >= MAX_ASKS) return unavailable("busy");
  return answerOf(board, uplink, requestId, request).pipe(
    Effect.timeoutOrElse({ duration: PAGE_DEADLINE_MS, orElse: () => unavailable("too_slow") }),
    Effect.flatMap((page) => (page === null ? unavailable("host_away") : open(page))),
  );
}

const answerOf = (
  board: Switchboard,
  uplink: Uplink,
  requestId: string,
  request: PageRequest,
): Effect.Effect<Page | null> =>
  Effect.callback((resume) => {
    uplink.asks.set(requestId, (page) => resume(Effect.succeed(page)));
    say(board, uplink, { type: "ask", requestId, request });
    return Effect.sync(() => uplink.asks.delete(requestId));
  });

/** A host's word for why there is no page goes out to whoever asked, so it is a word and no text. */
const REASON = /^[a-z][a-z_]{0,63}$/;

/** A page is taken whole or not at all: every event readable, every body the one that its event names. */
function open({ events, bodies, nextCursor, failure }: Page): Effect.Effect<HistoryPage, PageUnavailable> {
  if (failure !== null) return unavailable(REASON.test(failure) ? failure : "refused");
  const isWhole =
    bodies.length === events.length &&
    events.every((event, index) => {
      const body = bodies[index] ?? null;
      if (body === null ? event.body !== undefined : event.body !== bodyDigest(body)) return false;
      return readEvent(event, body).status !== "poison";
    });
  return isWhole ? Effect.succeed({ events, bodies, nextCursor }) : unavailable("unreadable");
}

const unavailable = (reason: string): Effect.Effect<never, PageUnavailable> =>
  Effect.fail(new PageUnavailable({ reason }));
