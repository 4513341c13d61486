/** What goes wrong between this process and the stream, as faults of the log. Details are ours or the server's sentence, never a payload. */
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable } from "../faults.ts";

export const unreachable = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "unreachable", retry: "later", detail });
export const regressed = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "regressed", retry: "never", detail });
export const forbidden = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "forbidden", retry: "never", detail });
export const drifted = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "drifted", retry: "never", detail });
export const closed = (): LogUnavailable =>
  new LogUnavailable({ reason: "closed", retry: "never", detail: "The log was closed." });
export const failedAt = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "io", retry: "later", detail });

/** What an error of the client means. Whatever it does not know is a server that is away: asking again later is right for all of them. */
export function faultOf(error: unknown, what: string): LogUnavailable {
  for (const cause of causesOf(error)) {
    if (cause instanceof errors.PermissionViolationError)
      return forbidden(`This key may not ${cause.operation} ${cause.subject}.`);
    if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError)
      return forbidden("The server refuses this key.");
    if (cause instanceof errors.NoRespondersError) return unreachable(`${what}: nothing answers there`);
    if (cause instanceof errors.TimeoutError) return unreachable(`${what}: no answer in time`);
  }
  return unreachable(`${what}: ${nameOf(error)}`);
}

/** The system's code, such as `ECONNREFUSED` or that of a certificate, else the class. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  const { cause } = error;
  const coded = [error, cause].find(
    (one) => one instanceof Error && "code" in one && typeof one.code === "string",
  );
  return coded instanceof Error && "code" in coded ? String(coded.code) : error.name;
}

/** The client wraps its errors; how deep is not promised. */
function* causesOf(error: unknown): Generator<unknown> {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    yield cause;
    cause = cause.cause;
  }
}

/** Why a connection is closed for good: by us, or because the server threw the key out. */
export const closedBy = async (connection: NatsConnection): Promise<LogUnavailable> => {
  const error = await connection.closed();
  return error instanceof Error ? faultOf(error, "the connection") : closed();
};

/** Codes of the server's answers that mean something to us; others are faults that pass (STACK B; nats-server `errors.json`). */
export const API = {
  accountFull: 10002,
  notAvailable: 10008,
  noResources: 10023,
  noMessage: 10037,
  storageFull: 10047,
  tooLarge: 10054,
  noStream: 10059,
  otherStream: 10060,
  subjectsOverlap: 10065,
  wrongHead: 10071,
  notStored: 10077,
  sealed: 10109,
  wrongHeadUnnamed: 10164,
} as const;

/** What the server says of a request that it refuses. */
export interface Refused {
  readonly code: number;
  readonly description: string;
}

const FULL: ReadonlySet<number> = new Set([API.accountFull, API.noResources, API.storageFull]);
const GONE: ReadonlySet<number> = new Set([API.otherStream, API.sealed]);

/** The fault that a refusal is, or null for one that passes by itself. */
export function faultOfRefusal({ code, description }: Refused): LogUnavailable | null {
  const detail = `The server says: ${description} (${code}).`;
  if (FULL.has(code) || (code === API.notStored && description.includes("maximum bytes")))
    return new LogUnavailable({ reason: "disk_full", retry: "later", detail });
  if (GONE.has(code)) return regressed(detail);
  // Whether it is gone the guard finds out: a node may not know of it yet, or be cut off from those that do.
  if (code === API.noStream) return unreachable(detail);
  if (code === API.tooLarge) return new LogUnavailable({ reason: "io", retry: "never", detail });
  return null;
}
