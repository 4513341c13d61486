/**
 * `/auth`: the ways in and out of a browser (ADR 0014).
 *
 * `GET /auth/ways` what the sign-in page may offer · `GET /auth/login?return=<page>` to the provider · `GET /auth/callback` back from it · `POST /auth/login` with
 * `{token}` or `{code}` (a one-time link's) · `POST /auth/logout`. What fails on the way to and from the provider leads to `/sign-in?failed=<word>`, because a
 * person reads it; the words are those of `SignInFailure`.
 */
import { z } from "zod";
import type { Caller } from "../auth/authenticate.ts";
import { clearCookie, mayKeepCookies, readCookie, setCookie } from "../auth/cookies.ts";
import {
  type Admission,
  addressOf,
  notAdmitted,
  originOfRequest,
  refuseForeign,
  signedInCaller,
} from "../http/admit.ts";
import { readJsonBody } from "../http/body.ts";
import type { App, Ctx } from "../http/env.ts";
import { Refused } from "../http/problem.ts";
import { parsed, parseQuery } from "../http/query.ts";
import type { House } from "../ports.ts";
import { SIGN_IN_PATH } from "./desk.ts";
import { SignInFailed, type SignInFailure } from "./failed.ts";
import { FLOW_MS } from "./flow.ts";
import { CALLBACK_PATH } from "./oidc.ts";
import { closeSignIn, type OpenedSignIn, openSignIn } from "./open.ts";
import { returnTo } from "./return-to.ts";
import { whoIs } from "./who-is.ts";

export interface SignInShell extends Admission {
  readonly house: House;
}

const LOGIN_PATH = "/auth/login";
const LOGOUT_PATH = "/auth/logout";
const WAYS_PATH = "/auth/ways";
export const AUTH_PATHS: readonly string[] = [WAYS_PATH, LOGIN_PATH, CALLBACK_PATH, LOGOUT_PATH];

/** A token is pasted, a code is read from the fragment of a link; one of them. */
const LoginBody = z.union([
  z.strictObject({ token: z.string().min(1).max(256) }),
  z.strictObject({ code: z.string().min(1).max(256) }),
]);

const NO_QUERY = z.strictObject({});
/** A link to the sign-in may come from anywhere: what it asks for is judged by `returnTo`. */
const LoginQuery = z.strictObject({ return: z.string().max(8_192).optional() });

/** Adds the ways to sign in and out. They stand beside the routes because they answer with cookies and other addresses. */
export function addSignIn(app: App, shell: SignInShell): void {
  const { house } = shell;
  app.get(WAYS_PATH, (c) => {
    parseQuery(NO_QUERY, queryOf(c));
    return c.json({ ways: { oidc: house.desk.oidc !== null, token: true, link: true } });
  });
  app.get(LOGIN_PATH, (c) => toProvider(c, shell));
  app.get(CALLBACK_PATH, (c) => fromProvider(c, shell));
  app.post(LOGIN_PATH, (c) => bySecret(c, shell));
  app.post(LOGOUT_PATH, (c) => logout(c, shell));
}

const queryOf = (c: Ctx): URLSearchParams => new URL(c.req.url).searchParams;

/** The page that a sign-in is to lead to. Refuses what is no page of this server. */
function pageAsked(c: Ctx): string {
  const page = returnTo(parseQuery(LoginQuery, queryOf(c)).return ?? null);
  if (page === null)
    throw new Refused("bad_request", { where: "query.return", why: "not a page of this server" });
  return page;
}

async function toProvider(c: Ctx, shell: SignInShell): Promise<Response> {
  const { oidc } = shell.house.desk;
  if (oidc === null) throw new Refused("not_found", { kind: "route" });
  const origin = originToKeep(c, shell);
  const page = pageAsked(c);
  try {
    const { location, flow } = await oidc.begin(origin, page);
    c.header("set-cookie", setCookie("claw-flow", flow, FLOW_MS, origin), { append: true });
    return c.redirect(location, 303);
  } catch (error) {
    if (error instanceof SignInFailed) return failed(c, error.why);
    throw error;
  }
}

/** Comes from another site, so nothing is believed but the flow that this browser began; it is over with this, however it ends. */
async function fromProvider(c: Ctx, shell: SignInShell): Promise<Response> {
  const { house } = shell;
  if (house.desk.oidc === null) throw new Refused("not_found", { kind: "route" });
  const origin = originToKeep(c, shell);
  const sealed = readCookie(c.req.header("cookie"), "claw-flow", origin);
  c.header("set-cookie", clearCookie("claw-flow", origin), { append: true });
  try {
    const { principal, returnTo: page } = await house.desk.oidc.finish(origin, queryOf(c), sealed);
    keep(c, await openSignIn(house, { principal, how: "oidc", tokenId: null }), shell);
    return c.redirect(page, 303);
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error;
    const wait = shell.attempts.failed(addressOf(c));
    if (wait !== null) throw new Refused("too_many", { ...wait });
    return failed(c, error.why);
  }
}

const failed = (c: Ctx, why: SignInFailure): Response => c.redirect(`${SIGN_IN_PATH}?failed=${why}`, 303);

/** By a token that is pasted, or the code of a link. Whoever was signed in before is signed out: a browser has one sign-in. */
async function bySecret(c: Ctx, shell: SignInShell): Promise<Response> {
  refuseForeign(c, shell);
  originToKeep(c, shell);
  const body = parsed(LoginBody, await readJsonBody(c.req.raw), "body");
  const { house, attempts } = shell;
  const caller = "token" in body ? house.tokens.authenticate(body.token.trim()) : ofLink(house, body.code);
  if (caller === null) throw notAdmitted(c, attempts, true);
  const how = "token" in body ? "token" : "link";
  const before = signedInCaller(c, shell);
  const opened = await openSignIn(house, { principal: caller.principal, how, tokenId: caller.tokenId });
  if (before !== null) await closeSignIn(house, before.tokenId, "signed in anew");
  keep(c, opened, shell);
  return c.json(whoIs(opened, opened.until));
}

/** Who made the link, if their token is still good: a link of a revoked token opens nothing. */
function ofLink({ desk, tokens }: House, code: string): Caller | null {
  const caller = desk.links.take(code);
  return caller !== null && tokens.isStillGood(caller) ? caller : null;
}

/** A browser without a sign-in that is good is signed out already. */
async function logout(c: Ctx, shell: SignInShell): Promise<Response> {
  refuseForeign(c, shell);
  const caller = signedInCaller(c, shell);
  if (caller !== null) await closeSignIn(shell.house, caller.tokenId, "signed out");
  c.header("set-cookie", clearCookie("claw", originOfRequest(c, shell.own)), { append: true });
  return c.body(null, 204);
}

/** The address by which the browser calls us. Refuses one over which a sign-in would cross the network in the open. */
function originToKeep(c: Ctx, { own }: SignInShell): URL {
  const origin = originOfRequest(c, own);
  if (mayKeepCookies(origin)) return origin;
  throw new Refused("not_secure", { scheme: "http" });
}

function keep(c: Ctx, { cookie, until }: OpenedSignIn, { house, own }: SignInShell): void {
  const lasts = until - house.clocks.wallMs();
  c.header("set-cookie", setCookie("claw", cookie, lasts, originOfRequest(c, own)), { append: true });
}
