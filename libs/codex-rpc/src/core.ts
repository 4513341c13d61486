import { Cause, Deferred, Effect, Queue } from "effect";
import { type Counters, makeCounters } from "./counters.ts";
import { type Asked, makeAsked } from "./domain/asked.ts";
import { type Correlator, makeCorrelator } from "./domain/correlate.ts";
import { type Outcome, readFrame } from "./domain/framing.ts";
import { type CodexFault, fault } from "./faults.ts";
import type { Inbound } from "./domain/inbound.ts";
import { toInbound } from "./inbound.ts";
import type { ConnectOptions, Settings } from "./options.ts";
import type { Wire, WireEvents } from "./transport/wire.ts";

/** A call in flight: who wants its outcome, or to hear that there will be none. */
export interface Ticket {
  readonly outcome: (outcome: Outcome) => void;
  readonly lost: (why: CodexFault) => void;
}

/** What the inbox holds of one arrival. */
export interface Parcel {
  readonly inbound: Inbound;
  readonly bytes: number;
}

/** The moving parts of one connection. `connect` sets `wire` and `watchSilence` lowers `heard`; everything else is written here. */
export interface Core {
  readonly settings: Settings;
  readonly counters: Counters;
  readonly calls: Correlator<Ticket>;
  readonly asked: Asked;
  readonly inbox: Queue.Queue<Parcel, CodexFault>;
  /** Completed once, with the first reason for the end. */
  readonly ended: Deferred.Deferred<CodexFault>;
  wire: Wire | null;
  over: CodexFault | null;
  inboxBytes: number;
  /** Raised by any sign of life, lowered by the watch over silence. */
  heard: boolean;
}

export const makeCore = Effect.fnUntraced(function* (options: ConnectOptions, settings: Settings) {
  const inbox = yield* Queue.dropping<Parcel, CodexFault>(settings.limits.inboxFrames);
  const ended = yield* Deferred.make<CodexFault>();
  const ids = options.requestIds ?? "integer";
  const core: Core = {
    settings,
    counters: makeCounters(),
    calls: makeCorrelator<Ticket>({ inflight: settings.limits.inflight, ids }),
    asked: makeAsked(),
    inbox,
    ended,
    wire: null,
    over: null,
    inboxBytes: 0,
    heard: true,
  };
  return core;
});

/** How the transport feeds the connection. */
export function wireEvents(core: Core): WireEvents {
  return {
    frame: (bytes, isBinary) => receive(core, bytes, isBinary),
    alive: () => {
      core.heard = true;
    },
    ended: (why) => finish(core, why),
  };
}

/** Ends the connection once: open calls fail with the reason, the inbox fails after what it still holds. */
export function finish(core: Core, why: CodexFault): void {
  if (core.over) return;
  core.over = why;
  for (const ticket of core.calls.drain()) ticket.lost(why);
  Deferred.doneUnsafe(core.ended, Effect.succeed(why));
  Queue.failCauseUnsafe(core.inbox, Cause.fail(why));
}

/** Takes the room of a parcel back when the owner has it. */
export function release(core: Core, parcel: Parcel): Inbound {
  core.inboxBytes -= parcel.bytes;
  return parcel.inbound;
}

function receive(core: Core, bytes: Uint8Array, isBinary: boolean): void {
  if (core.over) return;
  const { counters } = core;
  core.heard = true;
  counters.framesIn += 1;
  counters.bytesIn += bytes.byteLength;
  const frame = readFrame(bytes, isBinary);
  if (frame.kind !== "reply") return deliver(core, toInbound(frame, bytes, counters), bytes.byteLength);
  const match = core.calls.settle(frame.id);
  if (match.kind === "ticket") match.ticket.outcome(frame.outcome);
  else if (match.kind === "late") counters.lateReplies += 1;
  else counters.unknownReplies += 1;
}

function deliver(core: Core, inbound: Inbound, bytes: number): void {
  if (inbound.kind === "request") core.asked.hear(inbound);
  if (inbound.kind === "notification" && inbound.known && inbound.method === "serverRequest/resolved")
    core.asked.close(inbound.params.requestId);
  const hasRoom = core.inboxBytes + bytes <= core.settings.limits.inboxBytes;
  if (hasRoom && Queue.offerUnsafe(core.inbox, { inbound, bytes })) {
    core.inboxBytes += bytes;
    return;
  }
  finish(core, fault("inbox_overflow", { message: "the owner took what arrived too slowly" }));
}
