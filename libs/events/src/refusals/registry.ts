/** Refusals of commands about the fleet's registry, sign-ins, shares and attention (ADR 0014). */
import type { RefusalKind } from "./kind.ts";

export const registryRefusals = {
  runtime_exists: {
    status: 409,
    reason: "A session, or a runtime that has not come to its end, has this id.",
    remedy: "Change it with `runtime.update`, or choose another id.",
  },
  runtime_unknown: {
    status: 404,
    reason: "No runtime has this id.",
    remedy: "Register it first, with `runtime.register`.",
  },
  runtime_changed: {
    status: 409,
    reason: "The runtime has changed since the revision that you saw.",
    remedy: "Read it again; `facts.revision` is the newest.",
  },
  runtime_over: {
    status: 409,
    reason: "The runtime came to its end, and an end stays.",
    remedy: "Register it anew with `runtime.register`; `facts.status` says how it ended.",
  },
  not_the_owner: {
    status: 403,
    reason: "Only its owner or an admin may share it.",
    remedy: "Ask `facts.owner`, or an admin.",
  },
  attention_unknown: {
    status: 404,
    reason: "The key names no kind of attention.",
    remedy: "`claw get attention` shows the keys.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
