/**
 * Signing in by OpenID Connect: the code flow with PKCE, state and nonce. `openid-client` checks what comes back (signature, issuer, audience, nonce, times, and by
 * RFC 9207 which provider answers); what is ours is that a flow belongs to one browser, ends once, and leads to a page of ours.
 */
import type { Principal } from "@claw/events";
import type { Clocks, Diagnostics } from "@claw/runtime";
import * as client from "openid-client";
import { boundedFetch } from "./bounded-fetch.ts";
import { SignInFailed } from "./failed.ts";
import { type Flow, makeFlows, type Flows } from "./flow.ts";
import { type Claims, isEnough, joined, personOf } from "./roles.ts";
import type { OidcConfig } from "./settings.ts";

export interface Oidc {
  /** Where to send the browser, and the cookie that it brings back. `origin` is the address by which it calls us. Throws `SignInFailed`. */
  readonly begin: (
    origin: URL,
    returnTo: string,
  ) => Promise<{ readonly location: string; readonly flow: string }>;
  /** Who came back, and where to go now. `query` is the callback's; `sealed` the cookie of the flow, null if there is none. Throws `SignInFailed`. */
  readonly finish: (
    origin: URL,
    query: URLSearchParams,
    sealed: string | null,
  ) => Promise<{ readonly principal: Principal; readonly returnTo: string }>;
}

/** The provider's way back to us. */
export const CALLBACK_PATH = "/auth/callback";

/** How long a provider may take for one answer, in seconds, and how long its metadata is believed, in ms. */
const TIMEOUT_SECONDS = 10;
const METADATA_MS = 3_600_000;

interface Provider {
  readonly config: OidcConfig;
  readonly flows: Flows;
  readonly clocks: Pick<Clocks, "monoMs">;
  readonly diagnostics: Diagnostics;
  known: { readonly client: Promise<client.Configuration>; readonly untilMs: number } | null;
}

/** Sign-in at one provider, whose metadata is read when it is first needed. */
export function makeOidc(config: OidcConfig, clocks: Pick<Clocks, "monoMs">, diagnostics: Diagnostics): Oidc {
  const provider: Provider = { config, flows: makeFlows(clocks.monoMs), clocks, diagnostics, known: null };
  return {
    begin: (origin, returnTo) => begin(provider, origin, returnTo),
    finish: (origin, query, sealed) => finish(provider, origin, query, sealed),
  };
}

async function begin(
  provider: Provider,
  origin: URL,
  returnTo: string,
): Promise<{ readonly location: string; readonly flow: string }> {
  const known = await discovered(provider);
  const secrets = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  };
  const location = client.buildAuthorizationUrl(known, {
    redirect_uri: new URL(CALLBACK_PATH, origin).href,
    scope: provider.config.scopes,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: "S256",
  });
  const flow = provider.flows.seal({ ...secrets, returnTo, origin: origin.origin });
  return { location: location.href, flow };
}

async function finish(
  provider: Provider,
  origin: URL,
  query: URLSearchParams,
  sealed: string | null,
): Promise<{ readonly principal: Principal; readonly returnTo: string }> {
  const flow = sealed === null ? null : provider.flows.end(sealed);
  if (flow === null || flow.origin !== origin.origin) throw new SignInFailed("flow");
  if (query.get("state") !== flow.state) throw new SignInFailed("state");
  const known = await discovered(provider);
  const principal = await proven(provider, known, query, flow).catch((error: unknown) => {
    throw error instanceof SignInFailed ? error : failureOf(provider, error);
  });
  return { principal, returnTo: flow.returnTo };
}

/** The person whom the ID token names. Userinfo is asked only if that does not say enough: some providers tell groups and addresses there alone. */
async function proven(
  { config: { roles } }: Provider,
  known: client.Configuration,
  query: URLSearchParams,
  flow: Flow,
): Promise<Principal> {
  const callback = new URL(CALLBACK_PATH, flow.origin);
  callback.search = query.toString();
  const tokens = await client.authorizationCodeGrant(known, callback, {
    pkceCodeVerifier: flow.verifier,
    expectedState: flow.state,
    expectedNonce: flow.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new SignInFailed("answer");
  const more = isEnough(roles, claims) ? {} : await moreClaims(known, tokens.access_token, claims.sub);
  const person = personOf(roles, joined(claims, more));
  if (typeof person === "string") throw new SignInFailed(person);
  return person;
}

/** What userinfo adds, about the same person only. */
async function moreClaims(
  known: client.Configuration,
  accessToken: string,
  subject: string,
): Promise<Claims> {
  if (known.serverMetadata().userinfo_endpoint === undefined) return {};
  return client.fetchUserInfo(known, accessToken, subject);
}

/** What is recorded of a failure is its kind: messages and causes hold what the provider said. */
function failureOf({ diagnostics }: Provider, error: unknown): SignInFailed {
  const isDenied = error instanceof client.AuthorizationResponseError;
  const kind = error instanceof Error ? error.name : typeof error;
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "none";
  diagnostics.warn({ part: "oidc", kind, code }, "a sign-in failed at the provider");
  return new SignInFailed(isDenied ? "denied" : "answer");
}

/** The provider's metadata, asked for when it is first needed and again after an hour; what failed is asked again at once. */
async function discovered(provider: Provider): Promise<client.Configuration> {
  const nowMs = provider.clocks.monoMs();
  if (provider.known === null || nowMs >= provider.known.untilMs)
    provider.known = { client: discover(provider.config), untilMs: nowMs + METADATA_MS };
  const asked = provider.known;
  try {
    return await asked.client;
  } catch (error) {
    if (provider.known === asked) provider.known = null;
    failureOf(provider, error);
    throw new SignInFailed("provider");
  }
}

function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<client.Configuration> {
  const isPlain = issuer.protocol === "http:";
  return client.discovery(
    issuer,
    clientId,
    clientSecret === null ? {} : { client_secret: clientSecret },
    clientSecret === null ? client.None() : bySecret(clientSecret),
    {
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: (url, options) => boundedFetch(url, options as RequestInit),
      // Signatures are checked although TLS brought the token; plain http is for a provider on this machine (settings.ts).
      execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
    },
  );
}

/** In the header, which is what a provider expects that says nothing else (OpenID Connect Core 9); in the body where it takes that alone. */
function bySecret(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, metadata, body, headers) => {
    const takes = server.token_endpoint_auth_methods_supported;
    const inBody = takes !== undefined && !takes.includes("client_secret_basic");
    (inBody ? post : basic)(server, metadata, body, headers);
  };
}
