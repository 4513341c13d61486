export type { Feed, Whisper } from "./feed.ts";
export { type Gate, GateClosed, type GateOptions, type GateVerdict } from "./gate.ts";
export { HistoryUnavailable, type LedgerHistory, type LedgerRange } from "./history.ts";
export { hearFeed, MAX_CHANGES, tellFeed } from "./nats/feed.ts";
export { askClaims, serveClaims } from "./nats/claims.ts";
export { askGate, type AskGateOptions, serveGate } from "./nats/gate.ts";
export {
  askHistory,
  type AskHistoryOptions,
  serveHistory,
  type ServeHistoryOptions,
} from "./nats/history.ts";
export { askPages, type AskPagesOptions, servePages } from "./nats/pages.ts";
export {
  askReceipts,
  type AskReceiptsOptions,
  type LastReceipt,
  lastReceiptOf,
  serveReceipts,
  tellReceipts,
} from "./nats/receipts.ts";
export type { Conversation, TalkOptions, TalkTrouble } from "./nats/talk.ts";
export { makeUplinks } from "./nats/uplinks.ts";
export { type HistoryPage, type PageRequest, type Pages, PageUnavailable } from "./pages.ts";
export { callerOf, GATE_PLACES, makePlaces, NO_PLACE, type NoPlace, type Places } from "./places.ts";
export type { KnownReceipt, Receipt, Receipts } from "./receipts.ts";
export type { UplinkOpened, Uplinks } from "./uplinks.ts";
export { type BadFrame, readFromHost, readFromIngest, writeFrame } from "./uplink/codec.ts";
export {
  type CommandFrame,
  Fact,
  type FenceFrame,
  FromHost,
  FromIngest,
  Hello,
  MAX_FACTS,
  MAX_FRAME_BYTES,
  UPLINK_PROTOCOL,
  UPLINK_SUBPROTOCOL,
  WINDOW,
} from "./uplink/frames.ts";
export {
  type Delivery,
  HELLO_DEADLINE_MS,
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  MAX_IN_FLIGHT,
  MAX_FRAMES_PER_SECOND,
  MAX_MISREAD,
  openHouseSide,
  type RefuseCode,
} from "./uplink/house-side-state.ts";
export { stepHouseSide } from "./uplink/house-side.ts";
export { stepHostSide, wasPaused } from "./uplink/host-side.ts";
export {
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  type HostSideOptions,
  type HostSideStep,
  newHostSide,
  type OutboxView,
  type Time,
} from "./uplink/host-side-state.ts";
export {
  ANSWER_CAPABILITY,
  COMMAND_CAPABILITY,
  SPAWN_CAPABILITY,
  takesAct,
} from "./uplink/house-commands.ts";
export { type Skew, skewOf } from "./uplink/skew.ts";
