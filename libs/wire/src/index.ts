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
