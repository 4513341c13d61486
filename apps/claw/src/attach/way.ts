/**
 * How a person's terminal reaches a session (N1-021, W-42): the TUI of Codex here, where the session's app-server runs on this machine, else there, through
 * SSH. Pure.
 */
import type { Target as Endpoint } from "@claw/codex-rpc/protocol";
import { ATTACHES_SINCE, canAttachTo, SessionId } from "@claw/events";
import { EXIT } from "@claw/runtime";
import type { ExitCode } from "../io.ts";

/** What the house says of the session, as far as it matters here. */
export interface Seen {
  readonly sessionId: string;
  readonly hostId: string;
  /** The host's own name; null where none is known. */
  readonly hostname: string | null;
  readonly endpointId: string;
  readonly closed: string | null;
  readonly codexVersion: string | null;
  /** Why there is no command that works anywhere, in the house's word and sentence; null where there is one. */
  readonly reason: string | null;
  readonly detail: string | null;
}

/** What this machine knows of itself. */
export interface Here {
  readonly hostId: string;
  readonly hostname: string;
  /** As CLAW_ENDPOINTS names them; null where it is not set: then there is the default socket. */
  readonly endpoints: ReadonlyMap<string, Endpoint> | null;
  /** CODEX_HOME is set here, so Codex looks by itself elsewhere than the house means by the default. */
  readonly hasCodexHome: boolean;
  readonly codex: string;
  /** How SSH reaches the host, where the caller said so. */
  readonly ssh: string | null;
}

export type Way =
  | { readonly type: "way"; readonly place: "here" | "there"; readonly argv: readonly string[] }
  | { readonly type: "none"; readonly exitCode: ExitCode; readonly why: string };

/** The command to run, or why there is none. */
export function wayTo(seen: Seen, here: Here): Way {
  // It becomes a word of a shell on another machine.
  if (!SessionId.safeParse(seen.sessionId).success)
    return none(EXIT.fault, "What the server names is no session.");
  const why = notNow(seen) ?? notBy(seen.codexVersion);
  if (why !== null) return why;
  const isHere = here.ssh === null && (seen.hostId === here.hostId || seen.hostname === here.hostname);
  return isHere ? wayHere(seen, here) : wayThere(seen, here);
}

const none = (exitCode: ExitCode, why: string): Way => ({ type: "none", exitCode, why });

/** Reasons that pass, or that are over for good; all others are the law. */
const EXIT_OF_REASON: ReadonlyMap<string, ExitCode> = new Map([
  ["no_thread", EXIT.conflict],
  ["failed", EXIT.conflict],
  ["closed", EXIT.conflict],
  ["not_kept", EXIT.conflict],
]);
/** Of these this machine may know better: it reads CLAW_ENDPOINTS, and finds out whether the socket is there. */
const KNOWN_BETTER_HERE: ReadonlySet<string | null> = new Set([
  null,
  "not_default",
  "endpoint_down",
  "endpoint_unknown",
]);

function notNow({ sessionId, closed, reason, detail }: Seen): Way | null {
  if (closed === "archived")
    return none(EXIT.conflict, `${sessionId} is archived: \`codex unarchive\` on its host takes it back.`);
  if (closed === "deleted") return none(EXIT.notFound, `${sessionId} was deleted in Codex.`);
  return KNOWN_BETTER_HERE.has(reason) ? null : noWay(reason, detail);
}

const noWay = (reason: string | null, detail: string | null): Way =>
  none(
    EXIT_OF_REASON.get(reason ?? "") ?? EXIT.refused,
    `${detail ?? "There is no way to attach."} (${reason}) ${INSTEAD.get(reason) ?? OTHERWISE}`,
  );

/** Of what has no thread there is nothing to read, and nobody to speak to. */
const INSTEAD: ReadonlyMap<string | null, string> = new Map([
  ["no_thread", "Ask again in a moment; `claw watch sessions` tells when it has one."],
  ["failed", "`claw describe command` with its id without the req- says why."],
]);
const OTHERWISE = "Read along with `claw transcript -f`, speak with `claw send`.";

/** An unknown version is tried: nobody has said that it does not work. */
function notBy(version: string | null): Way | null {
  if (canAttachTo(version) !== false) return null;
  const why = `The session runs on Codex ${version}, and attaching was seen to work only from ${ATTACHES_SINCE} on.`;
  return none(EXIT.refused, `${why} ${OTHERWISE}`);
}

function wayHere({ sessionId, endpointId, reason }: Seen, { endpoints, hasCodexHome, codex }: Here): Way {
  // The house knows that the default socket is another one's, or nobody's.
  if (endpoints === null && reason === "not_default" && !hasCodexHome)
    return none(
      EXIT.refused,
      `The app-server of the session does not listen where codex looks by itself: set CLAW_ENDPOINTS here as the connector of this machine has it, such as ${endpointId}=unix:///path/to/its.sock.`,
    );
  const endpoint = endpoints === null ? null : (endpoints.get(endpointId) ?? undefined);
  if (endpoint === undefined)
    return none(
      EXIT.refused,
      `CLAW_ENDPOINTS does not name the endpoint ${endpointId}: set it here as the connector of this machine has it.`,
    );
  if (endpoint?.kind === "stdio")
    return none(
      EXIT.refused,
      `The endpoint ${endpointId} is a child of the connector and has no socket: nobody else can reach it.`,
    );
  const argv = [codex, "--remote", addressOf(endpoint), "resume", sessionId];
  return { type: "way", place: "here", argv };
}

function addressOf(endpoint: Exclude<Endpoint, { readonly kind: "stdio" }> | null): string {
  if (endpoint === null) return "unix://";
  return endpoint.kind === "unix" ? `unix://${endpoint.path}` : endpoint.url;
}

/** Names that SSH takes for a destination and for nothing else. */
const DESTINATION = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;
/** What a host may call itself. It says so on its own, so it names no user: that would be somebody's choice of as whom a person signs in. */
const HOSTNAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Only the default socket is known by a name there: no path of a host leaves it (X1-024). */
function wayThere({ sessionId, hostId, hostname, reason, detail }: Seen, { ssh }: Here): Way {
  if (reason !== null) return noWay(reason, detail);
  const destination = ssh ?? hostname ?? hostId;
  if (!(ssh === null ? HOSTNAME : DESTINATION).test(destination))
    return none(
      EXIT.refused,
      `The name of the host is none that SSH takes: say how to reach ${hostId} with --ssh <destination>.`,
    );
  const argv = ["ssh", "-t", destination, "codex", "--remote", "unix://", "resume", sessionId];
  return { type: "way", place: "there", argv };
}
