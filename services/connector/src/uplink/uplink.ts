/**
 * The uplink's shell: a WebSocket and a clock around the host's side of the protocol (S1-113). Whatever the house does, the watching side only
 * ever writes to the outbox; this side reads from it.
 */
import type { HostId } from "@claw/events";
import type { Clocks, Diagnostics, Health } from "@claw/runtime";
import {
  type FromHost,
  type FromIngest,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  MAX_FRAME_BYTES,
  newHostSide,
  stepHostSide,
  writeFrame,
} from "@claw/wire";
import { Effect, Queue, Schedule, type Scope } from "effect";
import type { Outbox } from "../outbox/outbox.ts";
import { CONNECTOR_VERSION } from "../surroundings/host.ts";
import { dial, type Socket, type SocketEvents } from "./socket.ts";

export type PageReadFrame = Extract<FromIngest, { type: "page.read" }>;
export type PageFrame = Extract<FromHost, { type: "page" }>;
export type DeltaFrame = Extract<FromHost, { type: "delta" }>;

export interface UplinkOptions {
  /** `ws://`, `wss://`, `http://` or `https://` of the house, without a path. */
  readonly url: string;
  /** Read at each connect, so that a new token needs no restart; null when there is none yet. */
  readonly token: () => string | null;
  readonly hostId: HostId;
  readonly outbox: Outbox;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly diagnostics: Diagnostics;
  readonly answerPage: (request: PageReadFrame) => Effect.Effect<PageFrame>;
  readonly random?: () => number;
}

export interface Uplink {
  /** Text as it streams. Lost when nobody is connected or the line is full. */
  readonly whisper: (delta: DeltaFrame) => void;
  readonly state: () => HostSide;
}

const TICK = "250 millis";
/** Room left in a frame for what is around the facts. */
const FACT_BYTES = MAX_FRAME_BYTES - 65_536;
/** What may wait in the socket before facts, and before whispers, wait in their place. */
const MAX_BUFFERED = { facts: 4 * MAX_FRAME_BYTES, deltas: 262_144 } as const;
const CAPABILITIES = ["page.v1", "delta.v1"] as const;

/** Pages that may be asked for and not yet answered; a house that asks for more gets no answer to the rest. */
const MAX_PAGES_OPEN = 16;

interface PageOrder {
  readonly request: PageReadFrame;
  readonly socket: Socket | null;
}

interface Core {
  readonly options: UplinkOptions;
  readonly pages: Queue.Queue<PageOrder>;
  readonly events: HostSideEvent[];
  isBusy: boolean;
  state: HostSide;
  socket: Socket | null;
}

/** Keeps the uplink up for as long as the scope lives. */
export const startUplink = Effect.fnUntraced(function* (
  options: UplinkOptions,
): Effect.fn.Return<Uplink, never, Scope.Scope> {
  const core: Core = {
    options,
    pages: yield* Queue.dropping<PageOrder>(MAX_PAGES_OPEN),
    events: [],
    isBusy: false,
    state: newHostSide,
    socket: null,
  };
  const deafen = options.outbox.listen({ grew: () => dispatch(core, { type: "grew" }) });
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      deafen();
      core.socket?.close();
    }),
  );
  const tick = Effect.sync(() => dispatch(core, { type: "tick", oldestUnackedAt: oldestUnacked(core) }));
  yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced(TICK)));
  yield* Effect.forkScoped(Effect.forever(servePage(core)));
  return { whisper: (delta) => whisper(core, delta), state: () => core.state };
});

/** One event after the other, also those that a command causes. */
function dispatch(core: Core, event: HostSideEvent): void {
  core.events.push(event);
  if (core.isBusy) return;
  core.isBusy = true;
  for (let next = core.events.shift(); next !== undefined; next = core.events.shift()) {
    try {
      step(core, next);
    } catch (error) {
      failed(core, error);
    }
  }
  core.isBusy = false;
}

function step(core: Core, event: HostSideEvent): void {
  const { hostId, outbox, clocks, health, random = Math.random } = core.options;
  const view = {
    epoch: outbox.epoch(),
    firstSeq: outbox.firstSeq(),
    nextSeq: outbox.nextSeq(),
    depth: outbox.used().rows,
  };
  const now = { monoMs: clocks.monoMs(), wallMs: clocks.wallMs() };
  const machine = { hostId, connectorVersion: CONNECTOR_VERSION, capabilities: CAPABILITIES, random };
  const { state, commands } = stepHostSide(core.state, event, view, now, machine);
  if (state.phase !== core.state.phase)
    health.set("uplink", { ok: state.phase === "live", detail: state.phase });
  core.state = state;
  for (const command of commands) perform(core, command);
}

/** A disk that is full or gone takes the uplink down, which is tried again later, and not the watching side. */
function failed(core: Core, error: unknown): void {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  core.options.diagnostics.error({ part: "uplink", code }, "The outbox cannot be used; the uplink waits.");
  core.socket?.close();
  core.socket = null;
  core.events.length = 0;
  core.events.push({ type: "closed", reason: "The outbox cannot be used.", isUnauthenticated: false });
}

function perform(core: Core, command: HostSideCommand): void {
  const { outbox, diagnostics } = core.options;
  switch (command.type) {
    case "connect":
      return connect(core);
    case "send":
      return core.socket?.send(writeFrame(command.frame));
    case "send_facts":
      return sendFacts(core, command.after, command.count);
    case "forget":
      return outbox.forget(command.epoch, command.through);
    case "renew_epoch":
      return outbox.renew(command.retell);
    case "answer_page":
      return void Queue.offerUnsafe(core.pages, { request: command.request, socket: core.socket });
    case "close":
      core.socket?.close();
      core.socket = null;
      return;
    case "report":
      diagnostics[command.level]({ part: "uplink" }, command.sentence);
  }
}

/** One page after the other: they are read for people who scroll, and must not crowd out what happens now. */
const servePage = Effect.fnUntraced(function* ({ pages, options }: Core) {
  const { request, socket } = yield* Queue.take(pages);
  socket?.send(writeFrame(yield* options.answerPage(request)));
});

function connect(core: Core): void {
  const token = core.options.token();
  if (token === null) {
    const reason = "This host has no token yet: `claw host add` on the supervisor makes one.";
    return dispatch(core, { type: "closed", reason, isUnauthenticated: true });
  }
  // Events of a socket that was given up must not be taken for those of the next one.
  const mine = (handle: () => void): void => (core.socket === socket ? handle() : undefined);
  const events: SocketEvents = {
    opened: () => mine(() => dispatch(core, { type: "opened" })),
    frame: (frame) => mine(() => dispatch(core, { type: "frame", frame })),
    unreadable: (code) => mine(() => dispatch(core, { type: "unreadable", code })),
    closed: (reason, isUnauthenticated) =>
      mine(() => {
        core.socket = null;
        dispatch(core, { type: "closed", reason, isUnauthenticated });
      }),
  };
  const socket = dial(core.options.url, token, events);
  core.socket = socket;
}

function sendFacts(core: Core, after: number, count: number): void {
  const { socket } = core;
  if (socket === null || socket.buffered() > MAX_BUFFERED.facts) return;
  const entries = core.options.outbox.read(after, { rows: count, bytes: FACT_BYTES });
  const through = entries.at(-1)?.seq;
  if (through === undefined) return;
  socket.send(writeFrame({ type: "facts", epoch: core.options.outbox.epoch(), entries: [...entries] }));
  dispatch(core, { type: "sent", through });
}

function whisper({ state, socket }: Core, delta: DeltaFrame): void {
  if (state.phase === "live" && socket !== null && socket.buffered() < MAX_BUFFERED.deltas)
    socket.send(writeFrame(delta));
}

function oldestUnacked({ state, options }: Core): number | null {
  return state.phase === "live" ? options.outbox.oldestAfter(state.everAcked) : null;
}
