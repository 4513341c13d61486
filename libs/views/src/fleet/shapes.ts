/** `FleetState` as the specification of Crabfleet shows it, and what stands beside its fields (F1-041…F1-091). */
import { Lifecycle, RuntimeWord } from "@claw/events";
import { z } from "zod";

const count = z.int().min(0);
const at = z.int().describe("epoch ms");

export const FleetPolicy = z.object({
  present: z.boolean(),
  allowedHostCount: count,
  githubCredentialSource: z.enum(["none", "session", "worker"]),
  githubRepo: z.string().nullable(),
  hasGithubToken: z.boolean(),
  openAIBaseUrlHost: z.string().nullable(),
});
export type FleetPolicy = z.infer<typeof FleetPolicy>;

export const FleetSession = z.object({
  id: z.string(),
  repo: z.string().nullable(),
  branch: z.string().nullable(),
  runtime: RuntimeWord,
  owner: z.string().nullable().describe("null: nobody said"),
  status: Lifecycle,
  active: z.boolean(),
  attachable: z.boolean(),
  vnc: z.boolean(),
  archived: z.boolean(),
  logEvents: count,
  leaseId: z.string().nullable().describe("the runtime's lease; who may write stands under `writer`"),
  sandboxId: z.string().nullable(),
  lastEvent: z.string().nullable().describe("the kind of the last fact, never its text"),
  createdAt: at.nullable(),
  updatedAt: at,
  lastSeenAt: at,
  stoppedAt: at.nullable(),
  policy: FleetPolicy,
  attachUrl: z.string().nullable(),
  hostId: z.string().nullable(),
  group: z.string().describe("which group looks after it: that of its host"),
  backing: z.string().nullable().describe("what backs a registered runtime, in its provider's word"),
  freshness: z.enum(["live", "stale", "unknown", "gone"]),
  writer: z.string().nullable().describe("who holds the write lease"),
  attention: z.array(z.string()).describe("why somebody is needed, the most urgent first"),
  checkpoints: count,
  idleSinceAt: at.nullable().describe("since when Codex waits for the next turn"),
  reapAt: at
    .nullable()
    .describe(
      "when it is taken away unless somebody renews it: the end of a runtime's lease; a Codex host's session is not reaped",
    ),
  handoff: z.null(),
  takeover: z.null(),
});
export type FleetSession = z.infer<typeof FleetSession>;

const totals = z.object({
  sessions: count,
  active: count,
  ready: count,
  provisioning: count,
  failed: count,
  stopped: count,
  attachable: count,
  archived: count,
  vnc: count,
  byRuntime: z.object({ crabbox: count, container: count }),
  byStatus: z.record(Lifecycle, count),
});
export type FleetTotals = z.infer<typeof totals>;

export const FleetState = z
  .object({
    canonicalUrl: z.string(),
    productUrl: z.string(),
    generatedAt: at,
    registryAvailable: z.boolean().describe("false unless the registry is known to be whole and read"),
    egress: z.object({ defaultHostCount: count, policyCount: count, sessionsWithPolicy: count }),
    totals,
    sessions: z.array(FleetSession),
  })
  .meta({ id: "FleetState" });
export type FleetState = z.infer<typeof FleetState>;
