export type { Feed, Whisper } from "./feed.ts";
export { type Gate, GateClosed, type GateVerdict } from "./gate.ts";
export { type HistoryPage, type PageRequest, type Pages, PageUnavailable } from "./pages.ts";
export type { Receipt, Receipts } from "./receipts.ts";
export { type BadFrame, readFromHost, readFromIngest, writeFrame } from "./uplink/codec.ts";
export {
  Fact,
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
  stepHouseSide,
} from "./uplink/house-side.ts";
export { stepHostSide } from "./uplink/host-side.ts";
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
