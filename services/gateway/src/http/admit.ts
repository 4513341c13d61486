/** Who calls: by a bearer token, or in a browser by the cookie of a sign-in. */
import { type Action, mayDo, rolesFor } from "../auth/access.ts";
import type { Attempts } from "../auth/attempts.ts";
import { bearerIn, type Caller } from "../auth/authenticate.ts";
import { readCookie } from "../auth/cookies.ts";
import { isOwnPage, isReading, originOf, type Whence } from "../auth/own-page.ts";
import type { House } from "../ports.ts";
import type { OwnNames } from "./door.ts";
import type { Ctx } from "./env.ts";
import { Refused } from "./problem.ts";

export interface Admission {
  readonly house: Pick<House, "tokens">;
  readonly attempts: Attempts;
  readonly own: OwnNames;
}

/** Who calls, if they may do this. Refuses everybody else, and counts wrong tokens. */
export function admit(c: Ctx, admission: Admission, action: Action): Caller {
  const caller = callerOf(c, admission);
  const { role } = caller.principal;
  if (!mayDo(role, action))
    throw new Refused("forbidden", { action, role, needs: rolesFor(action).join(" or ") });
  return caller;
}

/**
 * Who calls. A request with an Authorization header is judged by that alone; a cookie is good for a browser, so what changes something has to come from a page of ours
 * (X1-028, RELIABILITY S12). Refuses everybody else.
 */
export function callerOf(c: Ctx, admission: Admission): Caller {
  if (c.req.header("authorization") !== undefined) return bearerCaller(c, admission);
  const caller = signedInCaller(c, admission);
  if (caller === null) throw new Refused("unauthenticated");
  if (!isReading(c.req.method)) refuseForeign(c, admission);
  return caller;
}

/** Whoever the cookie of this browser names; null where there is none that is good. */
export function signedInCaller(c: Ctx, { house, own }: Pick<Admission, "house" | "own">): Caller | null {
  const cookie = readCookie(c.req.header("cookie"), "claw", originOfRequest(c, own));
  return cookie === null ? null : house.tokens.signedIn(cookie);
}

/** Refuses what no page of ours asked for. */
export function refuseForeign(c: Ctx, { own }: Pick<Admission, "own">): void {
  if (!isOwnPage(whenceOf(c), originOfRequest(c, own)))
    throw new Refused("cross_origin", { where: "cookie" });
}

function bearerCaller(c: Ctx, { house, attempts }: Pick<Admission, "house" | "attempts">): Caller {
  const bearer = bearerIn(c.req.header("authorization"));
  const caller = bearer === null ? null : house.tokens.authenticate(bearer);
  if (caller === null) throw notAdmitted(c, attempts, bearer !== null);
  return caller;
}

/** Something wrong that was shown is counted, nothing is not. */
export function notAdmitted(c: Ctx, attempts: Attempts, hasShown: boolean): Refused {
  const wait = hasShown ? attempts.failed(addressOf(c)) : null;
  return wait === null ? new Refused("unauthenticated") : new Refused("too_many", { ...wait });
}

export const addressOf = (c: Ctx): string => c.env?.incoming?.socket.remoteAddress ?? "unknown";

/** The address by which the caller calls us. */
export const originOfRequest = (c: Ctx, own: OwnNames): URL => originOf(new URL(c.req.url).host, own);

const whenceOf = (c: Ctx): Whence => ({
  origin: c.req.header("origin"),
  site: c.req.header("sec-fetch-site"),
});
