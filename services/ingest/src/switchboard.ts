/** The switchboard: all uplinks, and what follows from each thing they say. Synchronous; whatever takes time is put on a bounded queue. */
import { type HostId, type Json, laneParts, sessionLane } from "@claw/events";
import type { Beat } from "@claw/eventlog";
import type { Clocks } from "@claw/runtime";
import type { HouseInput, HouseOutput, Receipt, RefuseCode } from "@claw/wire";
import { type Latch, Queue } from "effect";
import { isWelcome } from "./door.ts";
import type { Figures } from "./figures.ts";
import type { Line, Stored } from "./line.ts";
import { ownerOf, type Register } from "./register.ts";
import type { IngestSettings } from "./settings.ts";
import { closeSocket, drive, sendTo, type Uplink } from "./uplink.ts";
import { attend, connected, disconnected, heardOf, knocked, type Watch } from "./watch.ts";

export interface Switchboard {
  readonly clocks: Clocks;
  readonly settings: IngestSettings;
  readonly register: Register;
  readonly watch: Watch;
  readonly figures: Figures;
  readonly open: Set<Uplink>;
  /** The welcomed uplink of each host: at most one. */
  readonly byHost: Map<HostId, Uplink>;
  readonly lines: Set<Line>;
  readonly arrived: Latch.Latch;
  /** Uplinks that said hello and wait for their welcome. Bounded by the uplinks that may be open. */
  readonly hellos: Queue.Queue<Uplink>;
  /** What is true only now. Sliding: the oldest is lost first. */
  readonly beats: Queue.Queue<Beat>;
  /** Claims of another host's name. Sliding. */
  readonly mismatches: Queue.Queue<HostId>;
}

export const say = (board: Switchboard, uplink: Uplink, input: HouseInput): void =>
  drive(uplink, input, (one, output) => perform(board, one, output));

/** A frame came in. Whatever is understood on a welcomed uplink shows that the host is alive. */
export function hearFrame(board: Switchboard, uplink: Uplink, data: string): void {
  const { clocks, watch, figures } = board;
  const from = performance.now();
  say(board, uplink, { type: "frame", data, monoMs: clocks.monoMs(), wallMs: clocks.wallMs() });
  figures.phases.observe({ phase: "read" }, (performance.now() - from) / 1_000);
  const { hostId } = uplink.guest;
  if (uplink.side.phase === "welcoming") knocked(watch, hostId);
  else if (board.byHost.get(hostId) === uplink && !uplink.side.isResting)
    heardOf(watch, hostId, figuresOf(uplink));
}

/** Ends the life of an uplink, whoever closed it. */
export function forget(board: Switchboard, uplink: Uplink): void {
  say(board, uplink, { type: "closed" });
  board.open.delete(uplink);
  if (uplink.line !== null) board.lines.delete(uplink.line);
  for (const answer of uplink.asks.values()) answer(null);
  uplink.asks.clear();
  const { hostId } = uplink.guest;
  if (board.byHost.get(hostId) !== uplink) return;
  board.byHost.delete(hostId);
  disconnected(board.watch, hostId, figuresOf(uplink));
}

export const refuse = (
  board: Switchboard,
  uplink: Uplink,
  code: RefuseCode,
  sentence: string,
  retryAfterMs: number | null,
): void => say(board, uplink, { type: "refuse", code, sentence, retryAfterMs });

/** What the ledger holds is known: the uplink is the host's now, and closes the older one (DESIGN 14.10). */
export function welcome(board: Switchboard, uplink: Uplink, confirmed: number): void {
  const { hello, side } = uplink;
  if (hello === null || side.phase !== "welcoming") return;
  const { hostId } = uplink.guest;
  const older = board.byHost.get(hostId);
  const line: Line = {
    channel: { hostId, epoch: hello.epoch, clockOffsetMs: uplink.figures.clockOffsetMs ?? 0 },
    waiting: [],
    waitsSince: null,
    refusedClaim: null,
    stored: (stored) => tellStored(board, uplink, stored),
  };
  uplink.line = line;
  board.lines.add(line);
  board.byHost.set(hostId, uplink);
  if (older !== undefined) supersede(board, older);
  connected(board.watch, hostId, figuresOf(uplink));
  const { heartbeatMs, silentAfterMs } = board.settings;
  say(board, uplink, {
    type: "welcome",
    confirmed,
    heartbeatMs,
    silentAfterMs,
    wallMs: board.clocks.wallMs(),
  });
}

/** What still waits of the older one is let go: the host sends it again on the newer. */
function supersede(board: Switchboard, older: Uplink): void {
  if (older.line !== null) board.lines.delete(older.line);
  refuse(board, older, "superseded", "A newer uplink of this host took over.", null);
}

const tellStored = (board: Switchboard, uplink: Uplink, stored: Stored): void =>
  say(board, uplink, { type: "stored", ...stored });

export function tellReceipt(board: Switchboard, receipt: Receipt): void {
  const uplink = board.byHost.get(receipt.hostId);
  if (uplink !== undefined) say(board, uplink, { type: "receipt", receipt });
}

/** Time passed: hellos that do not come, and tokens that were revoked or expired (RELIABILITY S11). */
export function inspect(board: Switchboard): void {
  const now = board.clocks.wallMs();
  for (const uplink of board.open) {
    say(board, uplink, { type: "tick", monoMs: board.clocks.monoMs() });
    if (!isWelcome(board.register, uplink.guest, now))
      refuse(board, uplink, "unauthenticated", "The host's token is no longer valid.", null);
  }
}

export const figuresOf = ({ figures }: Uplink) => ({
  rttMs: figures.rttMs,
  clockOffsetMs: figures.clockOffsetMs,
  outboxDepth: figures.outboxDepth,
});

function perform(board: Switchboard, uplink: Uplink, output: HouseOutput): void {
  switch (output.type) {
    case "send":
      return sendTo(uplink, output.frame);
    case "close":
      return closeSocket(uplink);
    case "rest":
      uplink.socket.pause();
      return attend(board.watch, uplink.guest.hostId, true);
    case "resume":
      uplink.socket.resume();
      return attend(board.watch, uplink.guest.hostId, false);
    case "misread":
      return board.figures.frames.add({ reason: "misread" });
    case "turned_away":
      return board.figures.facts.add({ outcome: "turned_away" }, output.facts);
    case "refused":
      if (output.code === "host_mismatch") Queue.offerUnsafe(board.mismatches, uplink.guest.hostId);
      return board.figures.frames.add({ reason: output.code });
    default:
      return performSaid(board, uplink, output);
  }
}

type Said = Extract<HouseOutput, { type: "hello" | "facts" | "heartbeat" | "delta" | "page" }>;

function performSaid(board: Switchboard, uplink: Uplink, output: Said): void {
  switch (output.type) {
    case "hello": {
      const { at, outboxDepth } = output.hello;
      uplink.hello = output.hello;
      uplink.figures = { ...uplink.figures, outboxDepth, clockOffsetMs: at - board.clocks.wallMs() };
      Queue.offerUnsafe(board.hellos, uplink);
      return;
    }
    case "facts":
      uplink.line?.waiting.push(...output.deliveries);
      if (uplink.line !== null) uplink.line.waitsSince ??= board.clocks.monoMs();
      board.arrived.openUnsafe();
      return;
    case "heartbeat":
      return takeHeartbeat(board, uplink, output.frame);
    case "delta":
      return takeDelta(board, uplink, output.frame);
    case "page":
      return takePage(board, uplink, output.frame);
    default:
      return output satisfies never;
  }
}

type FrameOf<Type extends Said["type"]> =
  Extract<Said, { type: Type }> extends { readonly frame: infer Frame } ? Frame : never;

/** Half the round trip is how old the host's clock reading is. */
function takeHeartbeat(
  board: Switchboard,
  uplink: Uplink,
  { at, outboxDepth, oldestUnsentAgeMs, rttMs }: FrameOf<"heartbeat">,
): void {
  const now = board.clocks.wallMs();
  uplink.figures = {
    rttMs,
    outboxDepth,
    oldestUnsentAgeMs,
    clockOffsetMs: Math.round(at + (rttMs ?? 0) / 2 - now),
  };
  beat(board, "host", uplink.guest.hostId, now, { ...uplink.figures });
}

/** Text as it streams. Passed on only if the session is this host's. */
function takeDelta(
  board: Switchboard,
  uplink: Uplink,
  { sessionId, turnId, itemId, text }: FrameOf<"delta">,
): void {
  const owner = ownerOf(board.register, sessionId);
  if (owner?.hostId !== uplink.guest.hostId) return board.figures.frames.add({ reason: "foreign_delta" });
  const id = laneParts(sessionLane(sessionId))?.id ?? sessionId;
  beat(board, "session", id, board.clocks.wallMs(), { turnId, itemId, text });
}

function takePage(board: Switchboard, uplink: Uplink, page: FrameOf<"page">): void {
  const answer = uplink.asks.get(page.requestId);
  if (answer === undefined) return board.figures.frames.add({ reason: "stray_page" });
  uplink.asks.delete(page.requestId);
  answer(page);
}

const beat = ({ beats }: Switchboard, kind: string, id: string, at: number, value: Json): void =>
  void Queue.offerUnsafe(beats, { kind, id, at, value });
