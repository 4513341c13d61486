/** The words of the house's side of an uplink: what it is told, what it says, what it remembers, and its figures. */
import type { Epoch, HostId, Placement } from "@claw/events";
import type { PageRequest } from "../pages.ts";
import type { KnownReceipt, Receipt } from "../receipts.ts";
import {
  type CommandFrame,
  type Fact,
  type FenceFrame,
  type FromHost,
  type FromIngest,
  type Hello,
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

/** One fact of a frame, in its place. `bytes` is its share of the frame. */
export type Delivery = { readonly seq: number; readonly bytes: number } & (
  | { readonly kind: "fact"; readonly fact: Fact }
  | { readonly kind: "unreadable"; readonly digest: string; readonly text: string }
);

export interface HouseSide {
  readonly hostId: HostId;
  readonly houseVersion: string;
  readonly phase: "awaiting_hello" | "welcoming" | "open" | "closed";
  readonly openedMonoMs: number;
  /** Of the hello; no frame may change it. */
  readonly epoch: Epoch | null;
  /** Of the hello: the lowest sequence that the host can still send, or null where its connector does not say. */
  readonly firstHeld: number | null;
  readonly knowsPlacement: boolean;
  /** Its connector takes accepted commands and fences (`command.v1`). */
  readonly knowsCommands: boolean;
  /** It makes threads (`spawn.v1`), and answers what Codex asks (`answer.v1`). */
  readonly knowsSpawns: boolean;
  readonly knowsAnswers: boolean;
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
  /** The answer to a hello: what the ledger holds of its epoch, and whether the ledger of record says so itself. */
  | {
      readonly type: "welcome";
      readonly confirmed: number;
      readonly isProven: KnownReceipt["isProven"];
      /** The last fact of the epoch that the log holds: what the ledger lacks up to it is on its way there. */
      readonly stored?: number;
      readonly placement?: Placement;
      /** Where threads of the host reach the supervisor's MCP server. */
      readonly mcpUrl?: string;
      readonly heartbeatMs: number;
      readonly silentAfterMs: number;
      readonly wallMs: number;
    }
  /** Deliveries are durable; `through` is the highest sequence among them. */
  | { readonly type: "stored"; readonly facts: number; readonly bytes: number; readonly through: number }
  | { readonly type: "receipt"; readonly receipt: Receipt }
  /** Whether new work may be placed on the host, when that changed. */
  | { readonly type: "place"; readonly placement: Placement }
  /** An accepted command or a fence of this host, to be sent as it is. */
  | { readonly type: "hand_over"; readonly frame: CommandFrame | FenceFrame }
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
  /** A range, inclusive, that neither the ledger nor the host has any more. The uplink goes on behind it: the caller records the loss. */
  | { readonly type: "hole"; readonly from: number; readonly to: number }
  /** The uplink goes on, and somebody should look: the connector's version cannot be compared with ours. */
  | { readonly type: "warning"; readonly code: "version_unreadable"; readonly sentence: string }
  /** Facts above the sequence that were not taken. */
  | { readonly type: "turned_away"; readonly facts: number }
  /** A frame that was not understood; the uplink goes on. */
  | { readonly type: "misread"; readonly code: string }
  /** The uplink was refused; a `close` follows. */
  | { readonly type: "refused"; readonly code: RefuseCode };

/** The next state, and what follows from the step. */
export type HouseStep = readonly [HouseSide, readonly HouseOutput[]];

/** `houseVersion` is this program's: the hello is compared with it (`skewOf`), and the welcome says it. */
export const openHouseSide = (hostId: HostId, monoMs: number, houseVersion: string): HouseSide => ({
  hostId,
  houseVersion,
  phase: "awaiting_hello",
  openedMonoMs: monoMs,
  epoch: null,
  firstHeld: null,
  knowsPlacement: false,
  knowsCommands: false,
  knowsSpawns: false,
  knowsAnswers: false,
  next: 1,
  acked: 0,
  confirmed: 0,
  inFlight: { facts: 0, bytes: 0 },
  isResting: false,
  misread: 0,
  pace: { sinceMonoMs: monoMs, frames: 0 },
  told: null,
});

export const send = (frame: FromIngest): HouseOutput => ({ type: "send", frame });

export function refuse(
  side: HouseSide,
  code: RefuseCode,
  sentence: string,
  retryAfterMs: number | null = null,
): HouseStep {
  return [
    { ...side, phase: "closed" },
    [send({ type: "refuse", code, sentence, retryAfterMs }), { type: "refused", code }, { type: "close" }],
  ];
}
