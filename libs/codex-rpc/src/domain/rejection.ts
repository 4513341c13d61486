import type { Outcome } from "./framing.ts";

/** What an error reply means for the caller. */
export type RejectionCode = "overloaded" | "draining" | "method_unknown" | "rejected";

const overloaded = -32_001;
const methodNotFound = -32_601;

/**
 * Sorts an error reply. An unknown method comes as `-32600 Invalid request: unknown variant …`, because Codex
 * parses the method as an enum; `-32601` alone is not enough, since it is also used for a call that does not fit
 * the thread yet.
 */
export function sortRejection(error: Extract<Outcome, { kind: "error" }>): RejectionCode {
  if (error.code === overloaded) return "overloaded";
  if (isShuttingDown(error.data)) return "draining";
  if (error.message.startsWith("Invalid request: unknown variant `")) return "method_unknown";
  if (error.code === methodNotFound && /^method not found/i.test(error.message)) return "method_unknown";
  return "rejected";
}

function isShuttingDown(data: unknown): boolean {
  return (
    typeof data === "object" && data !== null && "reason" in data && data.reason === "serverShuttingDown"
  );
}
