/**
 * How a person attaches to a session (S1-111, S1-112, N1-021, W-42): the command, where it is known to work, else why there is none. No path of a host leaves it
 * (X1-024), so a command can be told only for an app-server that listens where `codex` looks by itself; for others `claw attach` on that host knows the path.
 */
import { ATTACHES_SINCE, canAttachTo } from "@claw/events";
import { z } from "zod";
import { isKept } from "../domain/spawned.ts";
import type { EndpointRow, HostRow, SessionRow } from "../rows.ts";

/** Why no command can be told; the sentences are for people. */
const REASONS = {
  no_thread: "The session has no thread yet.",
  failed: "The session was never begun.",
  closed: "The session was archived or deleted.",
  not_kept: "Codex keeps a thread only once it has a name or a turn, and this one has neither.",
  endpoint_unknown: "Nothing is known of its app-server.",
  endpoint_down: "Its app-server cannot be reached.",
  own_process: "Its app-server is a process of the connector's own, and nobody else can reach that.",
  not_default: "Its app-server does not listen where codex looks by itself: run `claw attach` on its host.",
  codex_version: `Attaching is known to work from Codex ${ATTACHES_SINCE} on, and its app-server is older or does not say.`,
} as const;
export type AttachReason = keyof typeof REASONS;

export const AttachView = z.object({
  command: z.string().nullable().describe("for a terminal on the session's host"),
  remoteCommand: z
    .string()
    .nullable()
    .describe("for a terminal elsewhere, over ssh; null where the host's name is none"),
  reason: z
    .enum(Object.keys(REASONS) as [AttachReason, ...AttachReason[]])
    .nullable()
    .describe("why there is no command"),
  detail: z.string().nullable().describe("the same in a sentence"),
});
export type AttachView = z.infer<typeof AttachView>;

/** A name for ssh: no option, nothing that a shell reads (DESIGN 14.22). */
export const HOSTNAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

export function presentAttach(
  session: SessionRow,
  host: Pick<HostRow, "hostname"> | null,
  endpoint: EndpointRow | null,
): AttachView {
  const reason = whyNot(session, endpoint);
  if (reason !== null) return { command: null, remoteCommand: null, reason, detail: REASONS[reason] };
  // The id's alphabet needs no quotes in any shell.
  const command = `codex --remote unix:// resume ${session.sessionId}`;
  const hostname = host?.hostname ?? "";
  const remoteCommand = HOSTNAME.test(hostname) ? `ssh ${hostname} -t ${command}` : null;
  return { command, remoteCommand, reason: null, detail: null };
}

function whyNot(session: SessionRow, endpoint: EndpointRow | null): AttachReason | null {
  if (session.lifecycle !== "ready") return session.lifecycle === "failed" ? "failed" : "no_thread";
  if (session.closed === "archived" || session.closed === "deleted") return "closed";
  if (!isKept(session)) return "not_kept";
  return endpoint === null ? "endpoint_unknown" : whyNotThere(endpoint);
}

function whyNotThere({ state, transport, isDefault, codexVersion }: EndpointRow): AttachReason | null {
  if (state === "down") return "endpoint_down";
  if (transport === "stdio") return "own_process";
  if (transport !== "unix" || isDefault !== true) return "not_default";
  return canAttachTo(codexVersion) === true ? null : "codex_version";
}
