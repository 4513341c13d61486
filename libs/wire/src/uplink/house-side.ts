/**
 * The house's side of one uplink, as a machine without I/O: frames and moments in, frames and deliveries out.
 *
 * It keeps the order of a host's facts: what continues the sequence is delivered; what lies below it too, because the log recognises a repeat or
 * exposes a fork; what lies above it is not, and the host is told what is missing. A fact of a shape that this version cannot read is delivered
 * as such, so that it can be kept as evidence and leaves no hole. What is on its way to the log is bounded: beyond `MAX_IN_FLIGHT` the socket
 * rests, and so does nobody else's. Identity is the caller's: `hostId` comes from the token, and the hello is compared with it.
 */
import type { PageRequest } from "../pages.ts";
import { readFromHost } from "./codec.ts";
import type { FromHost } from "./frames.ts";
import { handOver } from "./house-commands.ts";
import { deliveriesOf, passReceipt, salvageFacts, store, takeFacts } from "./house-facts.ts";
import { place, takeHello, welcome } from "./house-greeting.ts";
import {
  HELLO_DEADLINE_MS,
  type HouseInput,
  type HouseSide,
  type HouseStep,
  MAX_FRAMES_PER_SECOND,
  MAX_MISREAD,
  refuse,
  send,
} from "./house-side-state.ts";

const BUSY_RETRY_MS = 30_000;

/** One step. Total: any input in any phase, and nothing after `closed`. */
export function stepHouseSide(side: HouseSide, input: HouseInput): HouseStep {
  if (side.phase === "closed") return [side, []];
  switch (input.type) {
    case "frame":
      return keepPace(side, input);
    case "tick":
      return side.phase === "awaiting_hello" && input.monoMs - side.openedMonoMs >= HELLO_DEADLINE_MS
        ? refuse(side, "bad_frame", "No hello came in time.")
        : [side, []];
    case "welcome":
      return welcome(side, input);
    case "stored":
      return store(side, input);
    case "receipt":
      return passReceipt(side, input.receipt);
    case "place":
      return place(side, input.placement);
    case "hand_over":
      return handOver(side, input.frame);
    case "ask":
      return ask(side, input.requestId, input.request);
    case "refuse":
      return refuse(side, input.code, input.sentence, input.retryAfterMs);
    case "closed":
      return [{ ...side, phase: "closed" }, []];
    default:
      return input satisfies never;
  }
}

type FrameInput = Extract<HouseInput, { type: "frame" }>;

function keepPace(side: HouseSide, input: FrameInput): HouseStep {
  const isSame = input.monoMs - side.pace.sinceMonoMs < 1_000;
  const pace = isSame
    ? { ...side.pace, frames: side.pace.frames + 1 }
    : { sinceMonoMs: input.monoMs, frames: 1 };
  return pace.frames > MAX_FRAMES_PER_SECOND
    ? refuse(side, "busy", "Too many frames in a second.", BUSY_RETRY_MS)
    : takeFrame({ ...side, pace }, input);
}

function takeFrame(side: HouseSide, input: FrameInput): HouseStep {
  const read = readFromHost(input.data);
  if (read.ok) return takeKnown(side, read.value, input);
  if (read.problem.code !== "wrong_shape")
    return refuse(side, "bad_frame", `A frame could not be read: ${read.problem.code}.`);
  const salvaged = side.phase === "open" ? salvageFacts(input.data, side.epoch) : null;
  if (salvaged !== null) return takeFacts(side, salvaged, input.monoMs);
  if (side.phase !== "open")
    return refuse(side, "bad_frame", "The first frame has to be a hello of a known shape.");
  if (side.misread >= MAX_MISREAD) return refuse(side, "bad_frame", "Too many frames of no known shape.");
  return [{ ...side, misread: side.misread + 1 }, [{ type: "misread", code: read.problem.code }]];
}

function takeKnown(side: HouseSide, frame: FromHost, input: FrameInput): HouseStep {
  if (side.phase === "awaiting_hello")
    return frame.type === "hello"
      ? takeHello(side, frame)
      : refuse(side, "bad_frame", "The first frame has to be a hello.");
  if (side.phase !== "open") return refuse(side, "bad_frame", "Wait for the welcome before you send.");
  switch (frame.type) {
    case "hello":
      return refuse(side, "bad_frame", "A hello opens an uplink; open another for another.");
    case "facts":
      if (frame.epoch !== side.epoch) return refuse(side, "bad_frame", "The epoch is not that of the hello.");
      return takeFacts(side, deliveriesOf(frame.entries, input.data), input.monoMs);
    case "heartbeat":
      return [
        side,
        [{ type: "heartbeat", frame }, send({ type: "pulse", nonce: frame.nonce, at: input.wallMs })],
      ];
    case "delta":
      return [side, [{ type: "delta", frame }]];
    case "page":
      return [side, [{ type: "page", frame }]];
    default:
      return frame satisfies never;
  }
}

function ask(side: HouseSide, requestId: string, request: PageRequest): HouseStep {
  if (side.phase !== "open") return [side, []];
  const { endpointId, sessionId, cursor, limit } = request;
  return [side, [send({ type: "page.read", requestId, endpointId, sessionId, cursor, limit })]];
}
