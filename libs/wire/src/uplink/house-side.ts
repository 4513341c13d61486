/**
 * The house's side of one uplink, as a machine without I/O: frames and moments in, frames and deliveries out.
 *
 * It keeps the order of a host's facts: what continues the sequence is delivered; what lies below it too, because the log recognises a repeat or
 * exposes a fork; what lies above it is not, and the host is told what is missing. A fact of a shape that this version cannot read is delivered
 * as such, so that it can be kept as evidence and leaves no hole. What is on its way to the log is bounded: beyond `MAX_IN_FLIGHT` the socket
 * rests, and so does nobody else's. Identity is the caller's: `hostId` comes from the token, and the hello is compared with it.
 */
import { type Epoch, type HostId, parseJson, sha256 } from "@claw/events";
import type { PageRequest } from "../pages.ts";
import type { Receipt } from "../receipts.ts";
import { readFromHost } from "./codec.ts";
import {
  Fact,
  type FromHost,
  type FromIngest,
  type Hello,
  MAX_FACTS,
  MAX_FRAME_BYTES,
  WINDOW,
} from "./frames.ts";

type FrameFromHost<Type extends FromHost["type"]> = Extract<FromHost, { type: Type }>;
export type RefuseCode = Extract<FromIngest, { type: "refuse" }>["code"];

/** How long an uplink may be open without a hello. */
export const HELLO_DEADLINE_MS = 10_000;
/** Facts and bytes that may be on their way to the log before the socket rests; one more frame may lie on top. */
export const MAX_IN_FLIGHT = { facts: WINDOW, bytes: 4 * MAX_FRAME_BYTES } as const;
/** Frames of no known shape that one uplink may send: a newer connector may have a few, a broken one has many (N1-039). */
export const MAX_MISREAD = 64;
/** Frames of one uplink in a second. A busy host says a few hundred; one that says more costs everybody else the time to read them (S14). */
export const MAX_FRAMES_PER_SECOND = 5_000;
const BUSY_RETRY_MS = 30_000;
/** How often the same gap is named, at most. */
const TELL_AGAIN_MS = 1_000;

/** One fact of a frame, in its place. `bytes` is its share of the frame. */
export type Delivery = { readonly seq: number; readonly bytes: number } & (
  | { readonly kind: "fact"; readonly fact: Fact }
  | { readonly kind: "unreadable"; readonly digest: string; readonly text: string }
);

export interface HouseSide {
  readonly hostId: HostId;
  readonly phase: "awaiting_hello" | "welcoming" | "open" | "closed";
  readonly openedMonoMs: number;
  /** Of the hello; no frame may change it. */
  readonly epoch: Epoch | null;
  /** The sequence that is taken next. */
  readonly next: number;
  readonly acked: number;
  readonly confirmed: number;
  readonly inFlight: { readonly facts: number; readonly bytes: number };
  readonly isResting: boolean;
  readonly misread: number;
  /** Frames that came in the second that `sinceMonoMs` began. */
  readonly pace: { readonly sinceMonoMs: number; readonly frames: number };
  /** Which gap was named last, and when. */
  readonly told: { readonly next: number; readonly monoMs: number } | null;
}

export type HouseInput =
  | { readonly type: "frame"; readonly data: string; readonly monoMs: number; readonly wallMs: number }
  | { readonly type: "tick"; readonly monoMs: number }
  /** The answer to a hello: what the ledger holds of its epoch. */
  | {
      readonly type: "welcome";
      readonly confirmed: number;
      readonly heartbeatMs: number;
      readonly silentAfterMs: number;
      readonly wallMs: number;
    }
  /** Deliveries are durable; `through` is the highest sequence among them. */
  | { readonly type: "stored"; readonly facts: number; readonly bytes: number; readonly through: number }
  | { readonly type: "receipt"; readonly receipt: Receipt }
  | { readonly type: "ask"; readonly requestId: string; readonly request: PageRequest }
  | {
      readonly type: "refuse";
      readonly code: RefuseCode;
      readonly sentence: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: "closed" };

export type HouseOutput =
  | { readonly type: "send"; readonly frame: FromIngest }
  /** The socket is to be closed, after what was sent before. */
  | { readonly type: "close" }
  | { readonly type: "rest" }
  | { readonly type: "resume" }
  | { readonly type: "hello"; readonly hello: Hello }
  | { readonly type: "facts"; readonly deliveries: readonly Delivery[] }
  | { readonly type: "heartbeat"; readonly frame: FrameFromHost<"heartbeat"> }
  | { readonly type: "delta"; readonly frame: FrameFromHost<"delta"> }
  | { readonly type: "page"; readonly frame: FrameFromHost<"page"> }
  /** Facts above the sequence that were not taken. */
  | { readonly type: "turned_away"; readonly facts: number }
  /** A frame that was not understood; the uplink goes on. */
  | { readonly type: "misread"; readonly code: string }
  /** The uplink was refused; a `close` follows. */
  | { readonly type: "refused"; readonly code: RefuseCode };

type Step = readonly [HouseSide, readonly HouseOutput[]];

export const openHouseSide = (hostId: HostId, monoMs: number): HouseSide => ({
  hostId,
  phase: "awaiting_hello",
  openedMonoMs: monoMs,
  epoch: null,
  next: 1,
  acked: 0,
  confirmed: 0,
  inFlight: { facts: 0, bytes: 0 },
  isResting: false,
  misread: 0,
  pace: { sinceMonoMs: monoMs, frames: 0 },
  told: null,
});

/** One step. Total: any input in any phase, and nothing after `closed`. */
export function stepHouseSide(side: HouseSide, input: HouseInput): Step {
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

function refuse(
  side: HouseSide,
  code: RefuseCode,
  sentence: string,
  retryAfterMs: number | null = null,
): Step {
  return [
    { ...side, phase: "closed" },
    [
      { type: "send", frame: { type: "refuse", code, sentence, retryAfterMs } },
      { type: "refused", code },
      { type: "close" },
    ],
  ];
}

type FrameInput = Extract<HouseInput, { type: "frame" }>;

function keepPace(side: HouseSide, input: FrameInput): Step {
  const isSame = input.monoMs - side.pace.sinceMonoMs < 1_000;
  const pace = isSame
    ? { ...side.pace, frames: side.pace.frames + 1 }
    : { sinceMonoMs: input.monoMs, frames: 1 };
  return pace.frames > MAX_FRAMES_PER_SECOND
    ? refuse(side, "busy", "Too many frames in a second.", BUSY_RETRY_MS)
    : takeFrame({ ...side, pace }, input);
}

function takeFrame(side: HouseSide, input: FrameInput): Step {
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

function takeKnown(side: HouseSide, frame: FromHost, input: FrameInput): Step {
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

/** A newer protocol is no reason to refuse: the subprotocol says that both speak this one, and what is more will be passed over (N1-039). */
function takeHello(side: HouseSide, hello: Hello): Step {
  if (hello.hostId !== side.hostId)
    return refuse(side, "host_mismatch", "The token belongs to another host.");
  return [{ ...side, phase: "welcoming", epoch: hello.epoch }, [{ type: "hello", hello }]];
}

function welcome(side: HouseSide, input: Extract<HouseInput, { type: "welcome" }>): Step {
  if (side.phase !== "welcoming") return [side, []];
  const { confirmed, heartbeatMs, silentAfterMs, wallMs: at } = input;
  const opened: HouseSide = { ...side, phase: "open", next: confirmed + 1, acked: confirmed, confirmed };
  return [
    opened,
    [send({ type: "welcome", hostId: side.hostId, confirmed, heartbeatMs, silentAfterMs, at })],
  ];
}

const deliveriesOf = (entries: readonly Fact[], data: string): readonly Delivery[] => {
  const bytes = shareOf(data, entries.length);
  return entries.map((fact) => ({ seq: fact.seq, bytes, kind: "fact", fact }));
};

const shareOf = (data: string, count: number): number => Math.ceil(Buffer.byteLength(data) / count);

/** A frame of facts in which some have no known shape: those are delivered as unreadable. Null if it is not even that. */
function salvageFacts(data: string, epoch: Epoch | null): readonly Delivery[] | null {
  const json = parseJson(data);
  if (!json.ok || !isRecord(json.value)) return null;
  const { type, epoch: claimed, entries } = json.value;
  if (type !== "facts" || claimed !== epoch || !Array.isArray(entries)) return null;
  if (entries.length === 0 || entries.length > MAX_FACTS) return null;
  const bytes = shareOf(data, entries.length);
  const deliveries = entries.map((entry: unknown) => salvageFact(entry, bytes));
  return deliveries.every((delivery) => delivery !== null) ? deliveries : null;
}

function salvageFact(entry: unknown, bytes: number): Delivery | null {
  const parsed = Fact.safeParse(entry);
  if (parsed.success) return { seq: parsed.data.seq, bytes, kind: "fact", fact: parsed.data };
  if (!isRecord(entry)) return null;
  const { seq } = entry;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) return null;
  const text = JSON.stringify(entry);
  return { seq, bytes, kind: "unreadable", digest: sha256(text), text };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function takeFacts(side: HouseSide, arrived: readonly Delivery[], monoMs: number): Step {
  let { next } = side;
  const taken: Delivery[] = [];
  for (const delivery of arrived) {
    if (delivery.seq > next) continue;
    taken.push(delivery);
    if (delivery.seq === next) next += 1;
  }
  const highest = Math.max(...arrived.map(({ seq }) => seq));
  const facts = side.inFlight.facts + taken.length;
  const bytes = side.inFlight.bytes + taken.reduce((sum, one) => sum + one.bytes, 0);
  const after: HouseSide = { ...side, next, inFlight: { facts, bytes } };
  const outputs: HouseOutput[] = [];
  if (taken.length > 0) outputs.push({ type: "facts", deliveries: taken });
  if (taken.length < arrived.length)
    outputs.push({ type: "turned_away", facts: arrived.length - taken.length });
  const [told, telling] = tellMissing(after, highest, monoMs);
  const [rested, resting] = restOrResume(told);
  return [rested, [...outputs, ...telling, ...resting]];
}

/** Names a gap once, and again only if the host goes on above it for a while. */
function tellMissing(side: HouseSide, highest: number, monoMs: number): Step {
  const { next, told, epoch, confirmed } = side;
  if (highest < next || epoch === null) return [side, []];
  if (told !== null && told.next === next && monoMs - told.monoMs < TELL_AGAIN_MS) return [side, []];
  // The last of the range is what came at least: the host sends again from the first of it.
  const missing: [number, number] = [next, Math.max(next, highest - 1)];
  return [
    { ...side, told: { next, monoMs } },
    [send({ type: "watermark", epoch, confirmed, missing: [missing] })],
  ];
}

function restOrResume(side: HouseSide): Step {
  const { facts, bytes } = side.inFlight;
  if (!side.isResting && (facts >= MAX_IN_FLIGHT.facts || bytes >= MAX_IN_FLIGHT.bytes))
    return [{ ...side, isResting: true }, [{ type: "rest" }]];
  if (side.isResting && facts <= MAX_IN_FLIGHT.facts / 2 && bytes <= MAX_IN_FLIGHT.bytes / 2)
    return [{ ...side, isResting: false }, [{ type: "resume" }]];
  return [side, []];
}

function store(side: HouseSide, { facts, bytes, through }: Extract<HouseInput, { type: "stored" }>): Step {
  if (side.epoch === null) return [side, []];
  const acked = Math.max(side.acked, through);
  const inFlight = {
    facts: Math.max(0, side.inFlight.facts - facts),
    bytes: Math.max(0, side.inFlight.bytes - bytes),
  };
  const [after, resting] = restOrResume({ ...side, acked, inFlight });
  return [after, [send({ type: "ack", epoch: side.epoch, through: acked }), ...resting]];
}

function passReceipt(side: HouseSide, { epoch, confirmed, missing }: Receipt): Step {
  if (side.phase !== "open" || epoch !== side.epoch) return [side, []];
  const known = Math.max(side.confirmed, confirmed);
  const ranges = missing.slice(0, 64).map(([from, to]): [number, number] => [from, to]);
  return [
    { ...side, confirmed: known },
    [send({ type: "watermark", epoch, confirmed: known, missing: ranges })],
  ];
}

function ask(side: HouseSide, requestId: string, request: PageRequest): Step {
  if (side.phase !== "open") return [side, []];
  const { endpointId, sessionId, cursor, limit } = request;
  return [side, [send({ type: "page.read", requestId, endpointId, sessionId, cursor, limit })]];
}

const send = (frame: FromIngest): HouseOutput => ({ type: "send", frame });
