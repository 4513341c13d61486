/** All projections, and the digest that says whether rows were made by these or by others. */
import { canonical, sha256 } from "@claw/events";
import { approvals } from "./approvals.ts";
import { archives } from "./archives.ts";
import { attentionActs } from "./attention-acts.ts";
import { checkpoints } from "./checkpoints.ts";
import { commands } from "./commands.ts";
import { egress } from "./egress.ts";
import { endpoints } from "./endpoints.ts";
import { hosts } from "./hosts.ts";
import { items } from "./items.ts";
import { LANES } from "./lanes.ts";
import { leases } from "./leases.ts";
import { ledger } from "./ledger.ts";
import { owners } from "./owners.ts";
import type { AnyProjection } from "./projection.ts";
import { reports } from "./reports.ts";
import { rules } from "./rules.ts";
import { runtimes } from "./runtimes.ts";
import { sessions } from "./sessions.ts";
import { shares } from "./shares.ts";
import { signIns } from "./sign-ins.ts";
import { threadKeys } from "./thread-keys.ts";
import { tokens } from "./tokens.ts";
import { turns } from "./turns.ts";

export const viewProjections: readonly AnyProjection[] = [
  sessions,
  hosts,
  endpoints,
  turns,
  items,
  approvals,
  tokens,
  ledger,
  commands,
  leases,
  rules,
  threadKeys,
  reports,
  runtimes,
  egress,
  checkpoints,
  archives,
  owners,
  signIns,
  shares,
  attentionActs,
];

/** Names and versions of projections, and of what the fold counts by itself, as one digest: rows with another one are rebuilt, never migrated. */
export const versionsDigest = (projections: readonly AnyProjection[]): string =>
  sha256(canonical([...projections, LANES].map(({ name, version }) => [name, version])));
