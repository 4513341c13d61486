/** How a ledger refuses to go on. */
import { LogUnavailable } from "../faults.ts";

/** What the stream says is not the history that this ledger holds. Never passes: another ledger or another stream is needed. */
export const otherHistory = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "regressed", retry: "never", detail });

export const damaged = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "corrupt", retry: "never", detail: `The ledger is damaged: ${detail}.` });
