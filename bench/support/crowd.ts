/**
 * Many hosts in this process. Each is the connector's own side of the uplink (`stepHostSide`) around a socket, with an outbox in memory and a tick
 * of its own: when it connects, what it sends again and when it comes back are the product's rules, not the bench's.
 */
import { randomBytes } from "node:crypto";
import { Epoch } from "@claw/events";
import {
  type Fact,
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  MAX_FRAME_BYTES,
  newHostSide,
  readFromIngest,
  stepHostSide,
  UPLINK_SUBPROTOCOL,
  writeFrame,
} from "@claw/wire";
import { type RawData, WebSocket } from "ws";
import type { Joined } from "./fleet.ts";

/** As often as a connector looks at its clock (`services/connector/src/uplink/uplink.ts`). */
const TICK_MS = 250;

export interface Crowd {
  readonly hosts: readonly CrowdHost[];
  /** How many are welcomed now. */
  readonly live: () => number;
  /** How many hold nothing that the house has not confirmed. */
  readonly emptied: () => number;
  /** When each socket that was let in was opened, by `performance.now()`, since the last call. */
  readonly takeOpened: () => readonly number[];
  /** When the house says that it welcomed each, by its own clock, since the last call. */
  readonly takeWelcomed: () => readonly number[];
  /** What sockets were turned away with, counted, since the last call. */
  readonly takeTroubles: () => Readonly<Record<string, number>>;
  /** From now on that host says nothing and reads nothing, and its socket stays open. */
  readonly hang: (n: number) => void;
  readonly leave: () => void;
}

export interface CrowdHost extends Joined {
  readonly epoch: Epoch;
  /** Puts facts into its outbox: the next ones, numbered from `nextSeq`. */
  readonly tell: (facts: readonly Fact[]) => void;
  readonly nextSeq: () => number;
  readonly isLive: () => boolean;
}

interface Core extends Joined {
  readonly url: string;
  readonly epoch: Epoch;
  readonly notes: Notes;
  readonly events: HostSideEvent[];
  isBusy: boolean;
  state: HostSide;
  socket: WebSocket | null;
  /** What the house has not confirmed. */
  outbox: readonly Fact[];
  nextSeq: number;
}

interface Notes {
  opened: number[];
  welcomed: number[];
  troubles: Map<string, number>;
}

/** Starts hosts whose first ticks are spread over one tick's time. */
export function startCrowd(url: string, joined: readonly Joined[]): Crowd {
  const notes: Notes = { opened: [], welcomed: [], troubles: new Map() };
  const cores = joined.map((one): Core => coreOf(url, one, notes));
  const timers = cores.map((core, n) =>
    setTimeout(
      () => {
        tick(core);
        timers[n] = setInterval(tick, TICK_MS, core);
      },
      (n * TICK_MS) / cores.length,
    ),
  );
  return {
    hosts: cores.map(hostOf),
    live: () => cores.filter(({ state }) => state.phase === "live").length,
    emptied: () => cores.filter(({ outbox }) => outbox.length === 0).length,
    takeOpened: () => notes.opened.splice(0),
    takeWelcomed: () => notes.welcomed.splice(0),
    takeTroubles: () => {
      const troubles = Object.fromEntries(notes.troubles);
      notes.troubles.clear();
      return troubles;
    },
    hang: (n) => {
      clearInterval(timers[n]);
      cores[n]?.socket?.pause();
    },
    leave: () => {
      timers.forEach(clearInterval);
      for (const core of cores) hangUp(core);
    },
  };
}

const coreOf = (url: string, joined: Joined, notes: Notes): Core => ({
  ...joined,
  url: `${url.replace("http", "ws")}/uplink`,
  epoch: Epoch.parse(randomBytes(16).toString("hex")),
  notes,
  events: [],
  isBusy: false,
  state: newHostSide,
  socket: null,
  outbox: [],
  nextSeq: 1,
});

const hostOf = (core: Core): CrowdHost => ({
  hostId: core.hostId,
  hostToken: core.hostToken,
  epoch: core.epoch,
  nextSeq: () => core.nextSeq,
  isLive: () => core.state.phase === "live",
  tell: (facts) => {
    core.outbox = [...core.outbox, ...facts];
    core.nextSeq = (facts.at(-1)?.seq ?? core.nextSeq - 1) + 1;
    dispatch(core, { type: "grew" });
  },
});

const tick = (core: Core): void => dispatch(core, { type: "tick", oldestUnackedAt: null });

/** One event after the other, also those that a command causes. */
function dispatch(core: Core, event: HostSideEvent): void {
  core.events.push(event);
  if (core.isBusy) return;
  core.isBusy = true;
  for (let next = core.events.shift(); next !== undefined; next = core.events.shift()) step(core, next);
  core.isBusy = false;
}

function step(core: Core, event: HostSideEvent): void {
  const view = {
    epoch: core.epoch,
    firstSeq: core.outbox[0]?.seq ?? core.nextSeq,
    nextSeq: core.nextSeq,
    depth: core.outbox.length,
  };
  const now = { monoMs: performance.now(), wallMs: Date.now() };
  const options = {
    hostId: core.hostId,
    connectorVersion: "bench",
    capabilities: [],
    random: Math.random,
  };
  const { state, commands } = stepHostSide(core.state, event, view, now, options);
  core.state = state;
  for (const command of commands) perform(core, command);
}

function perform(core: Core, command: HostSideCommand): void {
  switch (command.type) {
    case "connect":
      return dial(core);
    case "send":
      return core.socket?.send(writeFrame(command.frame));
    case "send_facts":
      return sendFacts(core, command.after, command.count);
    case "forget":
      core.outbox = core.outbox.filter(({ seq }) => seq > command.through);
      return;
    case "renew_epoch":
      throw new Error("The house made a host of the bench begin anew: it lost what it had confirmed.");
    case "close":
      return hangUp(core);
    case "report":
    case "note_placement":
    case "answer_page":
  }
}

function sendFacts(core: Core, after: number, count: number): void {
  const entries = core.outbox.filter(({ seq }) => seq > after).slice(0, count);
  const through = entries.at(-1)?.seq;
  if (core.socket === null || through === undefined) return;
  core.socket.send(writeFrame({ type: "facts", epoch: core.epoch, entries }));
  dispatch(core, { type: "sent", through });
}

function hangUp(core: Core): void {
  const { socket } = core;
  core.socket = null;
  socket?.terminate();
}

/** As `services/connector/src/uplink/socket.ts` dials. */
function dial(core: Core): void {
  const socket = new WebSocket(core.url, [UPLINK_SUBPROTOCOL], {
    headers: { authorization: `Bearer ${core.hostToken}` },
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HOST_SIDE.greetingMs,
  });
  core.socket = socket;
  const mine = (event: () => HostSideEvent): void => {
    if (core.socket === socket) dispatch(core, event());
  };
  const over = (trouble: string, isUnauthenticated: boolean): void => {
    if (core.socket !== socket) return;
    core.socket = null;
    core.notes.troubles.set(trouble, (core.notes.troubles.get(trouble) ?? 0) + 1);
    dispatch(core, { type: "closed", reason: "away", isUnauthenticated });
  };
  socket.on("open", () => {
    core.notes.opened.push(performance.now());
    mine(() => ({ type: "opened" }));
  });
  socket.on("message", (data: RawData) => mine(() => heard(core, String(data))));
  socket.on("error", (error: NodeJS.ErrnoException) => over(error.code ?? error.name, false));
  socket.on("unexpected-response", (_request, response) => {
    response.resume();
    over(`HTTP ${response.statusCode}`, response.statusCode === 401 || response.statusCode === 403);
    socket.terminate();
  });
  socket.on("close", (code) => over(`closed ${code}`, false));
}

function heard({ notes }: Core, text: string): HostSideEvent {
  const read = readFromIngest(text);
  if (!read.ok) return { type: "unreadable", code: read.problem.code };
  if (read.value.type === "welcome") notes.welcomed.push(read.value.at);
  return { type: "frame", frame: read.value };
}
