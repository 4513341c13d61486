/** Sign-ins as facts: policy records each by its digest, so that every gateway knows it (DESIGN 14.7). */
import { CommandId, isReservedOwner, type Principal, sha256, TokenId } from "@claw/events";
import { newId } from "@claw/runtime";
import { newSignIn } from "../auth/authenticate.ts";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { submitUntilSeen } from "../routes/submit.ts";

/** The longest that a sign-in lasts, in ms (RELIABILITY 8: 12 h). */
export const SIGN_IN_MS = 43_200_000;

/** Who asks policy to record what this gateway has proved. */
const HOUSE: Principal = { kind: "house", name: "gateway", role: "admin" };

/** Somebody whom this gateway has proved. */
export interface Proven {
  readonly principal: Principal;
  readonly how: "oidc" | "token" | "link";
  /** The token that it came from; null for OpenID Connect. */
  readonly tokenId: string | null;
}

export interface OpenedSignIn {
  readonly signInId: string;
  /** The value of the cookie: given to the browser, and kept nowhere. */
  readonly cookie: string;
  readonly principal: Principal;
  readonly until: number;
}

/** Records a sign-in. Refuses (throws) whoever is no person (X1-029) or has a name that looks like none's, who does nothing else than sign in, and what policy cannot record now. */
export async function openSignIn(house: House, { principal, how, tokenId }: Proven): Promise<OpenedSignIn> {
  if (principal.kind !== "person")
    throw new Refused("forbidden", { action: "signin", kind: principal.kind, needs: "person" });
  if (isReservedOwner(principal.name))
    throw new Refused("forbidden", {
      action: "signin",
      needs: "a name that no Claw or unix user could have",
    });
  const wait = house.desk.opened.failed(tokenId ?? `person/${principal.name}`);
  if (wait !== null) throw new Refused("too_many", { ...wait });
  const { signInId, cookie } = newSignIn();
  const until = endOf(house, tokenId);
  const command = {
    type: "record.signin",
    commandId: CommandId.parse(newId("cmd")),
    signInId: TokenId.parse(signInId),
    digest: sha256(cookie),
    principal,
    how,
    tokenId: tokenId === null ? null : TokenId.parse(tokenId),
    until,
  } as const;
  await submitUntilSeen(house, { command, principal: HOUSE, options: {} });
  return { signInId, cookie, principal, until };
}

/** A sign-in never outlives the token that it came from. */
function endOf(house: House, tokenId: string | null): number {
  const latest = house.clocks.wallMs() + SIGN_IN_MS;
  const token = tokenId === null ? null : house.reader().token(tokenId);
  return Math.min(latest, token?.until ?? latest);
}

/** Records that a sign-in is over: every gateway closes what it opened within two seconds (RELIABILITY S11). */
export async function closeSignIn(house: House, signInId: string, reason: string): Promise<void> {
  const command = {
    type: "record.signout",
    commandId: CommandId.parse(newId("cmd")),
    signInId: TokenId.parse(signInId),
    reason,
  } as const;
  await submitUntilSeen(house, { command, principal: HOUSE, options: {} });
}
