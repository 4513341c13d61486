/** How the fleet in one look, what needs attention, registered runtimes, archives and checkpoints look in a table (ADR 0014). */
import { age, ahead, at, column, text, wide } from "../columns.ts";
import type { Look } from "../output.ts";
import type { Column } from "../table.ts";
import type { Colour } from "../terminal.ts";

const LIFECYCLE_COLOURS: Readonly<Record<string, Colour>> = {
  ready: "green",
  attached: "green",
  detached: "green",
  provisioning: "yellow",
  pending_adapter: "yellow",
  failed: "red",
  expired: "red",
  stopped: "grey",
};

const lifecycle = column("STATUS", "status", {
  colour: (thing) => LIFECYCLE_COLOURS[text(at(thing, "status"))] ?? null,
});

const yes = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => (at(thing, path) === true ? "yes" : at(thing, path) === false ? "no" : "-"),
  ...more,
});

/** Its egress policy in a word: how many hosts it may reach, or that nobody registered one. */
const egress: Column = {
  title: "EGRESS",
  value: (thing) =>
    at(thing, "policy.present") === true ? `${text(at(thing, "policy.allowedHostCount"))} hosts` : "none",
  colour: (thing) => (at(thing, "policy.present") === true ? null : "yellow"),
};

const needs: Column = {
  title: "ATTENTION",
  value: (thing) => text(at(thing, "attention")) || "-",
  colour: () => "yellow",
};

/** Crabfleet's session, in the order in which people ask. */
export const fleet: Look = {
  key: "sessions",
  none: "the fleet is empty",
  name: (thing) => text(at(thing, "id")),
  columns: [
    column("SESSION", "id"),
    column("RUNTIME", "runtime"),
    lifecycle,
    needs,
    column("OWNER", "owner"),
    column("REPO", "repo"),
    yes("ATTACHABLE", "attachable"),
    yes("ARCHIVED", "archived"),
    egress,
    age("SEEN", "lastSeenAt"),
    age("AGE", "createdAt"),
    column("HOST", "hostId", wide),
    column("GROUP", "group", wide),
    column("BRANCH", "branch", wide),
    column("BACKING", "backing", wide),
    column("FRESHNESS", "freshness", wide),
    column("WRITER", "writer", wide),
    column("EVENTS", "logEvents", wide),
    column("LAST-EVENT", "lastEvent", wide),
    column("CHECKPOINTS", "checkpoints", wide),
    yes("VNC", "vnc", wide),
    column("LEASE", "leaseId", wide),
    column("SANDBOX", "sandboxId", wide),
    column("ATTACH", "attachUrl", wide),
  ],
};

const URGENT: ReadonlySet<string> = new Set(["waiting", "failing"]);

/** The most urgent first, as the house ranks them. */
export const attention: Look = {
  key: "attention",
  none: "nothing needs attention",
  name: (thing) => text(at(thing, "key")),
  columns: [
    column("KIND", "kind", { colour: (thing) => (URGENT.has(text(at(thing, "kind"))) ? "red" : "yellow") }),
    column("SESSION", "sessionId"),
    age("SINCE", "sinceAt"),
    column("ASSIGNED", "assignedTo"),
    ahead("SNOOZED", "snoozedUntil"),
    column("EVIDENCE", "evidence"),
    { title: "HELPS", value: (thing) => `claw ${text(at(thing, "helps"))}` },
    column("KEY", "key", wide),
  ],
};

export const runtimes: Look = {
  key: "runtimes",
  none: "no runtime is registered",
  name: (thing) => text(at(thing, "runtimeId")),
  columns: [
    column("RUNTIME", "runtimeId"),
    column("REVISION", "revision"),
    column("KIND", "runtime"),
    column("BACKING", "backing"),
    lifecycle,
    column("OWNER", "owner"),
    column("REPO", "repo"),
    ahead("LEASE-ENDS", "leaseUntil"),
    age("UPDATED", "updatedAt"),
    column("BRANCH", "branch", wide),
    column("HOST", "hostId", wide),
    column("SANDBOX", "sandboxId", wide),
    column("LEASE", "leaseId", wide),
    yes("VNC", "vnc", wide),
    column("ATTACH", "attachUrl", wide),
    age("ENDED", "endedAt", wide),
  ],
};

/** What a sandbox may reach, as it was registered: names and yes or no, because there is nothing else. */
export const policies: Look = {
  key: "policies",
  none: "no egress policy is registered",
  name: (thing) => text(at(thing, "sandboxId")),
  columns: [
    column("SANDBOX", "sandboxId"),
    column("SESSION", "sessionId"),
    column("OWNER", "owner"),
    column("REPO", "githubRepo"),
    column("HOSTS", "allowedHostCount"),
    column("CREDENTIALS", "githubCredentialSource"),
    yes("GITHUB-TOKEN", "hasGithubToken"),
    age("AGE", "registeredAt"),
    column("REACHES", "allowedHosts", wide),
    column("OPENAI-HOST", "openAIBaseUrlHost", wide),
    yes("REPO-NODE", "hasGithubRepoNodeId", wide),
    yes("OPENAI-ORG", "hasOpenAIOrg", wide),
  ],
};

export const archives: Look = {
  key: "archives",
  name: (thing) => text(at(thing, "sessionId")),
  columns: [
    column("SESSION", "sessionId"),
    column("VERSION", "version"),
    lifecycle,
    yes("FINAL", "isFinal"),
    column("EVENTS", "events"),
    column("BYTES", "bytes"),
    age("ARCHIVED", "archivedAt"),
    age("DELETED", "deletedAt"),
    column("FAILURE", "failure", wide),
    column("TRANSCRIPT-BYTES", "parts.transcript.bytes", wide),
    column("EVENTS-DIGEST", "parts.events.digest", wide),
    column("TRANSCRIPT-DIGEST", "parts.transcript.digest", wide),
    column("SUMMARY-DIGEST", "parts.summary.digest", wide),
  ],
};

export const checkpoints: Look = {
  key: "checkpoints",
  none: "no checkpoint is registered",
  name: (thing) => text(at(thing, "checkpointId")),
  columns: [
    column("SESSION", "sessionId"),
    column("CHECKPOINT", "checkpointId"),
    column("KIND", "kind"),
    column("BYTES", "bytes"),
    age("MADE", "madeAt"),
    column("DIGEST", "digest", wide),
  ],
};
