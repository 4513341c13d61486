/** What of Codex's "no" is final: asked again, it would be the same. */
import { type CodexFault, refusalOf } from "@claw/codex-rpc";
import type { RefusalCode } from "@claw/events";
import type { Outcome } from "../domain/fence.ts";

type Facts = Extract<Outcome, { type: "command.failed" }>["facts"];

/** As what a command fails by it; null for what may pass, and for faults that are no "no" at all. */
export function refusedForGood(
  fault: CodexFault,
): { readonly code: RefusalCode; readonly facts: Facts } | null {
  const { code, method = "" } = fault;
  const kind = refusalOf(fault)?.kind;
  if (kind === "archived") return { code: "session_closed", facts: {} };
  if (kind === "other") return { code: "codex_refused", facts: { method } };
  return code === "method_unknown" || code === "reply_malformed"
    ? { code: "codex_refused", facts: { method, reason: code } }
    : null;
}
