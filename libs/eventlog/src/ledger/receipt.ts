/** What a ledger confirms to a host. Pure. */
import type { Epoch, HostId } from "@claw/events";
import { emptyStream, type HostStream, missingOf } from "../sequence/stream.ts";
import { type LedgerReceipt, MAX_RANGES } from "./ledger.ts";

export const receiptOf = (hostId: HostId, epoch: Epoch, stream: HostStream = emptyStream): LedgerReceipt => ({
  hostId,
  epoch,
  confirmed: stream.next - 1,
  missing: missingOf(stream).slice(0, MAX_RANGES),
});
