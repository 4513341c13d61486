/** Refusals at the door: of requests, whatever they ask for. */
import type { RefusalKind } from "./kind.ts";

export const doorRefusals = {
  bad_request: {
    status: 400,
    reason: "The request, or a field of it, is not what can be read here.",
    remedy:
      "`facts.where` names the first field that is wrong, the other facts what is wrong with it and what it takes; /openapi.json has the whole shape.",
  },
  unauthenticated: {
    status: 401,
    reason: "No valid token came with the request.",
    remedy:
      "Send a valid one as `Authorization: Bearer <token>`; at the command line CLAW_TOKEN_FILE names its file. `claw token create` makes one.",
  },
  forbidden: {
    status: 403,
    reason: "The caller's role does not allow this, or not to this target.",
    remedy:
      "Use a token with a role that does: `facts.role` is the one you have, `facts.needs` the one it takes, and `facts.relation`, if it is there, how you stand to the target. A Claw acts on the sessions of its group.",
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
  not_secure: {
    status: 403,
    reason: "Nobody can sign in over this address: what proves it would cross the network in the open.",
    remedy:
      "Open the page over https (CLAW_TLS_CERT, or a proxy that CLAW_PUBLIC_URL names), or on the machine itself by its loopback address.",
  },
  not_found: {
    status: 404,
    reason: "Nothing has this id, or there is no route of this path.",
    remedy: "`facts.kind` says of what kind it would be; list those that there are, ids are exact.",
  },
  too_large: {
    status: 413,
    reason: "The request is larger than it may be.",
    remedy: "Send less at once; `facts.limit` is the most, in bytes.",
  },
  media_type: {
    status: 415,
    reason: "The body is not plain JSON.",
    remedy: "Send JSON as `application/json`, not compressed.",
  },
  too_many: {
    status: 429,
    reason:
      "Too many at once: requests, waits or wrong tokens of this caller, valid tokens of one host, or commands that wait there.",
    remedy: "Wait `facts.retryAfterMs` (ms), or a while where it is not there, and try again.",
  },
  unavailable: {
    status: 503,
    reason: "A part of the house that this needs is not ready.",
    remedy: "Try again shortly; /readyz names what is missing.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
