/**
 * Every way of saying no, in one table: the code, why, the way out, and the HTTP status it has outside. The reference page is generated from it.
 * Messages are built from fields; the fields never hold payloads, tokens or transcripts (N1-042, X1-057).
 */
export interface RefusalKind {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 422 | 429 | 503;
  readonly reason: string;
  readonly remedy: string;
}

export const refusals = {
  bad_request: {
    status: 400,
    reason: "The request does not have the shape that this route reads.",
    remedy: "Compare it with /openapi.json; `facts.where` names the first field that is wrong.",
  },
  unauthenticated: {
    status: 401,
    reason: "No valid token came with the request.",
    remedy: "Send `Authorization: Bearer <token>`; `claw token create` makes one.",
  },
  forbidden: {
    status: 403,
    reason: "The caller's role does not allow this.",
    remedy:
      "Use a token with a role that does; `facts.role` is the one you have, `facts.needs` the one it takes.",
  },
  host_header: {
    status: 421,
    reason: "The Host header names another server.",
    remedy: "Call this server by a name it knows: loopback, CLAW_HTTP_HOST, or the host in CLAW_PUBLIC_URL.",
  },
  cross_origin: {
    status: 403,
    reason: "The request comes from a page of another origin.",
    remedy: "Open the page from this server's own address, or call without an Origin header from a program.",
  },
  not_found: { status: 404, reason: "There is no such thing.", remedy: "List what there is; ids are exact." },
  too_large: {
    status: 413,
    reason: "The message is larger than this door takes.",
    remedy: "Send less at once; `facts.limit` is the most it takes.",
  },
  media_type: {
    status: 415,
    reason: "The body comes in a form that this door does not read.",
    remedy: "Send JSON as `application/json`, not compressed.",
  },
  too_many: {
    status: 429,
    reason: "Too many at once from this caller.",
    remedy: "Wait `retryAfterMs` and try again.",
  },
  unavailable: {
    status: 503,
    reason: "A part of the house that this needs is not ready.",
    remedy: "Try again shortly; /readyz names what is missing.",
  },
  command_id_reused: {
    status: 409,
    reason: "This commandId was used for another command.",
    remedy: "Use a new commandId, or repeat the first command unchanged to get its verdict.",
  },
  secret_in_text: {
    status: 422,
    reason: "The text of the command holds a secret, and the log forgets nothing.",
    remedy: "Say it without the secret; `facts.kind` and `facts.offset` say what stands where.",
  },
  host_exists: {
    status: 409,
    reason: "A host with this id has a valid token already.",
    remedy: "Choose another id, or revoke the host's token first.",
  },
  token_unknown: {
    status: 404,
    reason: "No token has this id.",
    remedy: "`claw token list` shows the ids.",
  },
  token_exists: {
    status: 409,
    reason: "A token with this id exists already.",
    remedy: "Choose another token id.",
  },
  quarantine_unknown: {
    status: 404,
    reason: "No quarantined entry has this position.",
    remedy: "`claw quarantine ls` shows the positions.",
  },
  last_admin: {
    status: 409,
    reason: "This is the last valid admin token.",
    remedy: "Create another admin token first.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;

export type RefusalCode = keyof typeof refusals;

export const refusalOf = (code: RefusalCode): RefusalKind => refusals[code];
export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code);
