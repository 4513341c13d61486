/** All projections, and the digest that says whether rows were made by these or by others. */
import { canonical, sha256 } from "@claw/events";
import { approvals } from "./approvals.ts";
import { endpoints } from "./endpoints.ts";
import { hosts } from "./hosts.ts";
import { items } from "./items.ts";
import type { AnyProjection } from "./projection.ts";
import { sessions } from "./sessions.ts";
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
];

/** Names and versions of projections as one digest: rows with another one are rebuilt, never migrated. */
export const versionsDigest = (projections: readonly AnyProjection[]): string =>
  sha256(canonical(projections.map(({ name, version }) => [name, version])));
