export {
  AT,
  type GivenEntry,
  givenEntry,
  givenEpoch,
  givenEvent,
  givenHost,
  givenHostEntry,
  givenLane,
} from "./given.ts";
export { type HeldLog, hold, type LogHarness, type MakeHarness, type TestedLog } from "./harness.ts";
export { logLaws } from "./laws.ts";
export { findIn, headIn, judge, type LogModel } from "./model.ts";
export { logModel } from "./play.ts";
