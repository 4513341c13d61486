/** The switchboard: what follows from each thing that an uplink says. Synchronous; whatever takes time is put on a bounded queue. */
import { type Json, laneParts, sessionLane } from "@claw/events";
import type { HouseInput, HouseOutput, RefuseCode } from "@claw/wire";
import { Queue } from "effect";
import { noteAttempt } from "./attempts.ts";
import type { Switchboard } from "./board.ts";
import type { AttemptKind } from "./domain/attempts.ts";
import { hostBeat } from "./domain/beat.ts";
import { openEpoch } from "./domain/epochs.ts";
import { isWelcome } from "./door.ts";
import { hostOf, ownerOf } from "./register.ts";
import { keepPace, relax, restFor, resumeFrom } from "./rest.ts";
import { closeSocket, drive, sendTo, type Uplink } from "./uplink.ts";
import { disconnected, heardOf, knocked, measured } from "./watch.ts";

export const say = (board: Switchboard, uplink: Uplink, input: HouseInput): void =>
  drive(uplink, input, (one, output) => perform(board, one, output));

/** What a host did that made the house's side of the protocol refuse it. Other refusals say nothing against a host. */
const REFUSED_FOR: Partial<Record<RefuseCode, AttemptKind>> = {
  host_mismatch: "host_mismatch",
  bad_frame: "bad_frame",
  busy: "too_many_frames",
};

/** A step that a frame caused: where it ends in a refusal, that is held against the host, in the house's own sentence. */
function sayHeard(board: Switchboard, uplink: Uplink, input: Extract<HouseInput, { type: "frame" }>): void {
  let sentence: string | null = null;
  drive(uplink, input, (one, output) => {
    if (output.type === "send" && output.frame.type === "refuse") ({ sentence } = output.frame);
    const kind = output.type === "refused" ? REFUSED_FOR[output.code] : undefined;
    if (kind !== undefined) attempted(board, one, kind, sentence);
    perform(board, one, output);
  });
}

/** A host did what it may not. Counted, and kept as evidence once a minute. */
export const attempted = (
  { attempts, clocks }: Switchboard,
  { guest }: Uplink,
  kind: AttemptKind,
  why: string | null = null,
): void => noteAttempt(attempts, guest.hostId, kind, clocks.wallMs(), why);

/** A frame came in, of so many bytes. Whatever is understood on a welcomed uplink shows that the host is alive. */
export function hearFrame(board: Switchboard, uplink: Uplink, data: string, bytes: number): void {
  const { clocks, watch, figures } = board;
  const from = performance.now();
  keepPace(board, uplink, bytes);
  sayHeard(board, uplink, { type: "frame", data, monoMs: clocks.monoMs(), wallMs: clocks.wallMs() });
  figures.phases.observe({ phase: "read" }, (performance.now() - from) / 1_000);
  const { hostId } = uplink.guest;
  if (uplink.side.phase === "welcoming") knocked(watch, hostId);
  else if (board.byHost.get(hostId) === uplink && uplink.rests.size === 0)
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

/** Time passed: hellos that do not come, and tokens that were revoked or expired (RELIABILITY S11). */
export function inspect(board: Switchboard): void {
  const now = board.clocks.wallMs();
  for (const uplink of board.open) {
    say(board, uplink, { type: "tick", monoMs: board.clocks.monoMs() });
    relax(board, uplink);
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
      return restFor(board, uplink, "in_flight");
    case "resume":
      return resumeFrom(board, uplink, "in_flight");
    case "misread":
      return board.figures.frames.add({ reason: "misread" });
    case "turned_away":
      return board.figures.facts.add({ outcome: "turned_away" }, output.facts);
    case "hole":
      return noteHole(board, uplink, output);
    case "warning":
      return warn(board, uplink, output.sentence);
    case "refused":
      return board.figures.frames.add({ reason: output.code });
    default:
      return performSaid(board, uplink, output);
  }
}

type Said = Extract<HouseOutput, { type: "hello" | "facts" | "heartbeat" | "delta" | "page" }>;

function performSaid(board: Switchboard, uplink: Uplink, output: Said): void {
  switch (output.type) {
    case "hello":
      return takeHello(board, uplink, output.hello);
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

const HOUR_MS = 3_600_000;

function takeHello(board: Switchboard, uplink: Uplink, hello: NonNullable<Uplink["hello"]>): void {
  const { clocks, epochs, limits, register, hellos } = board;
  const { hostId } = uplink.guest;
  const now = clocks.wallMs();
  const day = openEpoch(epochs.get(hostId), hello.epoch, now, limits.epochsADay);
  if (day === null && hostOf(register, hostId)?.epoch !== hello.epoch) {
    attempted(board, uplink, "too_many_epochs");
    return refuse(board, uplink, "busy", "This host opened too many epochs today.", HOUR_MS);
  }
  if (day !== null) epochs.set(hostId, day);
  const { at, outboxDepth } = hello;
  uplink.hello = hello;
  uplink.figures = { ...uplink.figures, outboxDepth, clockOffsetMs: at - now };
  Queue.offerUnsafe(hellos, uplink);
}

function noteHole(
  { holes }: Switchboard,
  { guest, hello }: Uplink,
  { from, to }: Extract<HouseOutput, { type: "hole" }>,
): void {
  if (hello !== null) Queue.offerUnsafe(holes, { hostId: guest.hostId, epoch: hello.epoch, from, to });
}

/** Once per host: a build from a checkout says the same at each connect. */
function warn({ warned, diagnostics }: Switchboard, { guest }: Uplink, sentence: string): void {
  if (warned.has(guest.hostId)) return;
  warned.add(guest.hostId);
  diagnostics.warn({ part: "uplink", hostId: guest.hostId }, sentence);
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
  const { hostId } = uplink.guest;
  if (board.byHost.get(hostId) === uplink) {
    const isBehind = hostOf(board.register, hostId)?.isBehind ?? false;
    measured(board.watch, hostId, isBehind, oldestUnsentAgeMs, figuresOf(uplink));
  }
  const value = hostBeat({ ingestId: board.ingestId, heardAt: now, ...uplink.figures });
  beat(board, "host", hostId, now, value);
}

/** Text as it streams. Passed on only if the session is this host's; it may be ahead of the session's first fact, and then is nobody's. */
function takeDelta(
  board: Switchboard,
  uplink: Uplink,
  { sessionId, turnId, itemId, text }: FrameOf<"delta">,
): void {
  const owner = ownerOf(board.register, sessionId);
  if (owner?.hostId !== uplink.guest.hostId) {
    if (owner !== undefined) attempted(board, uplink, "foreign_delta");
    return board.figures.frames.add({ reason: "foreign_delta" });
  }
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
