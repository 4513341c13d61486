/** The back-test, for whoever has a history: pure, and apart from the service, so that it is had without what the service runs on. */
export {
  type BackTest,
  backTest,
  type Limits,
  memoryMs,
  type Setting,
  type Turned,
} from "../domain/backtest.ts";
export { UNTRIABLE } from "../domain/past-verdict.ts";
