/**
 * The uplink's shell: a WebSocket and a clock around the host's side of the protocol (S1-113). Whatever the house does, the watching side only
 * ever writes to the outbox; this side reads from it.
 */
import { type HostId, success } from "@claw/events";
import { type Clocks, type Diagnostics, type Health, VERSION } from "@claw/runtime";
import {
  type FromHost,
  type FromIngest,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  MAX_FRAME_BYTES,
  newHostSide,
  stepHostSide,
  wasPaused,
  writeFrame,
} from "@claw/wire";
import { Effect, Queue, Schedule, type Scope } from "effect";
import type { Outbox } from "../outbox/outbox.ts";
import type { Line } from "./line.ts";
import { dial, type Socket, type SocketEvents } from "./socket.ts";
import { standingOf } from "./standing.ts";
import { readTrust } from "./trust.ts";

export type PageReadFrame = Extract<FromIngest, { type: "page.read" }>;
export type PageFrame = Extract<FromHost, { type: "page" }>;
export type DeltaFrame = Extract<FromHost, { type: "delta" }>;

export type ActingFrame = Extract<FromIngest, { type: "command" | "fence" }>;

export interface UplinkOptions {
  /**
   * `ws://`, `wss://`, `http://` or `https://` of the house, without a path. Of a fleet several, one per ingest, with commas between: begun with any
   * of them, and gone on with the next one after each that failed or closed.
   */
  readonly url: string;
  /** Read at each connect, so that a new token needs no restart; null when there is none yet. */
  readonly token: () => string | null;
  /** PEM of the certificates to trust over TLS, read at each connect; without it those that the system trusts. */
  readonly caFile?: string;
  readonly hostId: HostId;
  readonly outbox: Outbox;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly diagnostics: Diagnostics;
  readonly answerPage: (request: PageReadFrame) => Effect.Effect<PageFrame>;
  /** Takes a command or a fence. */
  readonly carryOut: (frame: ActingFrame, line: Line) => void;
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
const CAPABILITIES = ["page.v1", "delta.v1", "placement.v1", "command.v1", "spawn.v1", "answer.v1"] as const;

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
  readonly addresses: readonly string[];
  /** Which address is next. */
  turn: number;
  isBusy: boolean;
  state: HostSide;
  socket: Socket | null;
  /** Of the newest socket; null before the first. */
  line: Line | null;
  /** What health was told last. */
  standing: string;
}

/** Keeps the uplink up for as long as the scope lives. */
export const startUplink = Effect.fnUntraced(function* (
  options: UplinkOptions,
): Effect.fn.Return<Uplink, never, Scope.Scope> {
  const addresses = options.url.split(",").map((address) => address.trim());
  const core: Core = {
    options,
    pages: yield* Queue.dropping<PageOrder>(MAX_PAGES_OPEN),
    events: [],
    addresses,
    turn: Math.floor((options.random ?? Math.random)() * addresses.length),
    isBusy: false,
    state: newHostSide,
    socket: null,
    line: null,
    standing: "",
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
  const { hostId, outbox, clocks, random = Math.random } = core.options;
  const view = {
    epoch: outbox.epoch(),
    firstSeq: outbox.firstSeq(),
    nextSeq: outbox.nextSeq(),
    depth: outbox.used().rows,
  };
  const now = { monoMs: clocks.monoMs(), wallMs: clocks.wallMs() };
  const machine = { hostId, connectorVersion: VERSION, capabilities: CAPABILITIES, random };
  const { state, commands } = stepHostSide(core.state, event, view, now, machine);
  core.state = state;
  for (const command of commands) perform(core, command);
  tellStanding(core);
}

/** Told when it is news: what a watermark freed may be what a drained machine waited for. */
function tellStanding(core: Core): void {
  const { health, outbox } = core.options;
  const standing = standingOf(core.state, outbox.used().rows);
  if (standing.detail === core.standing) return;
  core.standing = standing.detail;
  health.set("uplink", standing);
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
    case "note_placement":
      return diagnostics.info(
        { part: "uplink", placement: command.placement },
        PLACEMENTS[command.placement],
      );
    case "carry_out":
      return core.line === null ? undefined : core.options.carryOut(command.frame, core.line);
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

/** The clocks are asked, not the last tick alone: what began before a pause goes on before the next tick comes (DESIGN 14.9). */
const lineOf = (core: Core, socket: Socket): Line => ({
  isCurrent: () =>
    core.socket === socket &&
    core.state.phase === "live" &&
    !wasPaused(core.state, { monoMs: core.options.clocks.monoMs(), wallMs: core.options.clocks.wallMs() }),
  acked: () => core.state.acked,
  repeated: new Set(),
});

const PLACEMENTS = {
  open: "The supervisor may place new work on this host.",
  cordoned: "The supervisor places no new work on this host.",
  draining: "This host is being drained: no new work comes, and it may be stopped once nothing waits.",
} as const;

/** One page after the other: they are read for people who scroll, and must not crowd out what happens now. */
const servePage = Effect.fnUntraced(function* ({ pages, options }: Core) {
  const { request, socket } = yield* Queue.take(pages);
  socket?.send(writeFrame(yield* options.answerPage(request)));
});

function connect(core: Core): void {
  const token = core.options.token();
  if (token === null) {
    const reason = "This host has no token yet: `claw host add` on the supervisor makes one.";
    return dispatch(core, { type: "closed", reason, isUnauthenticated: false });
  }
  const { caFile } = core.options;
  const trust = caFile === undefined ? success(null) : readTrust(caFile);
  if (!trust.ok) return dispatch(core, { type: "closed", reason: trust.problem, isUnauthenticated: false });
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
  const socket = dial(nextAddress(core), token, trust.value, events);
  core.socket = socket;
  core.line = lineOf(core, socket);
}

function nextAddress(core: Core): string {
  const address = core.addresses[core.turn % core.addresses.length] ?? core.options.url;
  core.turn += 1;
  return address;
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
