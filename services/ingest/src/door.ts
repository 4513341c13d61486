/** The door of the uplink: a bearer token that the log knows, or a small JSON problem on the raw socket (S1-127, X1-029). */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type HostId, refusalOf, type RefusalCode, sha256, type TokenId } from "@claw/events";
import { readBearer } from "@claw/runtime";
import { UPLINK_SUBPROTOCOL } from "@claw/wire";
import { tokenKey, type TokenRow } from "./domain/registry.ts";
import type { UPGRADE_PROBLEMS } from "./figures.ts";
import type { Register } from "./register.ts";

/** Whom a token stands for. */
export interface Guest {
  readonly hostId: HostId;
  readonly tokenId: TokenId;
}

/** The host of an `Authorization` header, or null. A token that is unknown, expired, revoked or of another digest is the same nothing. */
export function authenticate({ rows }: Register, header: string | undefined, nowMs: number): Guest | null {
  const bearer = /^Bearer ([\w]{1,256})$/.exec(header ?? "")?.[1];
  const read = bearer === undefined ? null : readBearer(bearer);
  if (bearer === undefined || read?.kind !== "host") return null;
  const row = rows.get(tokenKey(read.tokenId as TokenId));
  if (row?.kind !== "token" || !isValid(row, nowMs)) return null;
  const isSame = timingSafeEqual(Buffer.from(sha256(bearer), "hex"), Buffer.from(row.digest, "hex"));
  return isSame ? { hostId: row.hostId, tokenId: row.tokenId } : null;
}

/** True while a guest's token is neither expired nor revoked. Asked again and again while its uplink is open (RELIABILITY S11). */
export function isWelcome({ rows }: Register, { tokenId }: Guest, nowMs: number): boolean {
  const row = rows.get(tokenKey(tokenId));
  return row?.kind === "token" && isValid(row, nowMs);
}

const isValid = ({ isRevoked, until }: TokenRow, nowMs: number): boolean =>
  !isRevoked && (until === null || until > nowMs);

/** A stray client, or a browser, does not ask for our subprotocol. */
export const asksForUplink = (request: IncomingMessage): boolean =>
  (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .some((name) => name.trim() === UPLINK_SUBPROTOCOL);

const ANSWERS: Readonly<
  Record<
    (typeof UPGRADE_PROBLEMS)[number],
    { readonly code: RefusalCode; readonly title: string; readonly detail: string }
  >
> = {
  unauthenticated: {
    code: "unauthenticated",
    title: "Unauthorized",
    detail: "The uplink takes the token of a host: `Authorization: Bearer clw_host_…`.",
  },
  subprotocol: {
    code: "bad_request",
    title: "Bad Request",
    detail: `The uplink speaks the WebSocket subprotocol ${UPLINK_SUBPROTOCOL}.`,
  },
  busy: {
    code: "unavailable",
    title: "Service Unavailable",
    detail: "As many uplinks are open as this house takes.",
  },
  storm: {
    code: "unavailable",
    title: "Service Unavailable",
    detail: "More uplinks come in this second than the house welcomes.",
  },
  starting: {
    code: "unavailable",
    title: "Service Unavailable",
    detail: "The house is starting or stopping.",
  },
};
const RETRY_AFTER_S = 5;

/** Answers an upgrade with a problem (RFC 9457) and ends the socket. */
export function turnAway(socket: Duplex, reason: (typeof UPGRADE_PROBLEMS)[number]): void {
  const { code, title, detail } = ANSWERS[reason];
  const { status } = refusalOf(code);
  const body = JSON.stringify({ type: "about:blank", title, status, code, detail });
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...(status === 503 ? [`Retry-After: ${RETRY_AFTER_S}`] : []),
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${headers.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
