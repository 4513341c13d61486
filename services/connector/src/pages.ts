/** Older history, read from the app-server when somebody scrolls, redacted here and stored nowhere (DESIGN 14.17). */
import { listTurns } from "@claw/codex-rpc";
import { type OpenEvent, seal, sessionLane } from "@claw/events";
import { randomHex } from "@claw/runtime";
import { MAX_FRAME_BYTES, writeFrame } from "@claw/wire";
import { Effect } from "effect";
import type { Page } from "./domain/backfill.ts";
import type { Scrub } from "./domain/scrub.ts";
import { turnFacts } from "./domain/translate/turn.ts";
import type { PageFrame, PageReadFrame } from "./uplink/uplink.ts";
import type { Desk } from "./watch/desk.ts";

/** The house waits no longer. */
const DEADLINE = "5 seconds";
/** What a frame holds, and what each text may have when a page does not fit whole. */
const MAX_EVENTS = 1_000;
const SHORT_BYTES = 2_048;

/** `desk` is the connection to the endpoint, or null while there is none. Always answers; a failure is a word. */
export function readPage(desk: Desk | null, request: PageReadFrame): Effect.Effect<PageFrame> {
  if (desk === null) return Effect.succeed(failed(request, "endpoint_down"));
  const session = desk.outbox.session(request.sessionId);
  // A thread that was never reported is none of the house's business.
  if (session === null) return Effect.succeed(failed(request, "session_unknown"));
  const { cursor, limit } = request;
  return listTurns(desk.connection, { threadId: session.threadId, cursor, limit, itemsView: "full" }).pipe(
    Effect.map((page) => fit(desk, request, page)),
    Effect.catch(({ code }) => Effect.succeed(failed(request, code))),
    Effect.timeoutOrElse({ duration: DEADLINE, orElse: () => Effect.succeed(failed(request, "too_slow")) }),
  );
}

function fit(desk: Desk, request: PageReadFrame, page: Page): PageFrame {
  const { scrub } = desk.redaction;
  const whole = frameOf(desk, request, page, scrub);
  if (fits(whole)) return whole;
  const short = frameOf(desk, request, page, (text, capBytes) =>
    scrub(text, Math.min(capBytes, SHORT_BYTES)),
  );
  return fits(short) ? short : failed(request, "too_large");
}

const fits = (frame: PageFrame): boolean => Buffer.byteLength(writeFrame(frame)) <= MAX_FRAME_BYTES;

function frameOf(desk: Desk, request: PageReadFrame, page: Page, scrub: Scrub): PageFrame {
  const { requestId, sessionId } = request;
  const means = { sessionId, scrub, at: desk.clocks.wallMs() };
  const events: OpenEvent[] = page.data
    .toReversed()
    .flatMap((turn) => turnFacts(turn, means).map(({ event }) => event))
    .slice(-MAX_EVENTS);
  const sealed = seal(sessionLane(sessionId), desk.redaction.version, events, () => randomHex(16));
  return {
    type: "page",
    requestId,
    events: [...sealed.events],
    bodies: [...sealed.bodies],
    nextCursor: page.nextCursor,
    failure: null,
  };
}

const failed = ({ requestId }: PageReadFrame, failure: string): PageFrame => ({
  type: "page",
  requestId,
  events: [],
  bodies: [],
  nextCursor: null,
  failure,
});
