/** What can be set about signing in by OpenID Connect (ADR 0014). Without CLAW_OIDC_ISSUER people sign in by tokens and links alone. */
import { readFileSync } from "node:fs";
import { type ConfigOf, EXIT, optionalText, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";
import { parseRoles, type RoleRule } from "./roles.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Over plain http only a provider on this machine is believed: everybody on the way could be it. */
const issuer = z
  .url({ protocol: /^https?$/, error: "is not an http or https address" })
  .max(2_048, "is too long")
  .transform((address) => new URL(address))
  .refine(
    ({ username, password, search, hash }) => username + password + search + hash === "",
    "must not hold a user, password, query or fragment",
  )
  .refine(
    ({ protocol, hostname }) => protocol === "https:" || LOOPBACK.has(hostname),
    "must be https, or on this machine",
  )
  .optional();

const roles = z
  .string()
  .max(4_096, "is too long")
  .refine(
    (text) => parseRoles(text) !== null,
    "is no list of claim=value:role with ; between, and the roles are viewer, operator, auditor, admin",
  )
  .optional();

/** What is asked for unless CLAW_OIDC_SCOPES says otherwise. */
const DEFAULT_SCOPES = "openid profile email";

/** Scope words as RFC 6749 (3.3) writes them. Without `openid` nothing would prove who signs in. */
const scopes = z
  .string()
  .max(1_024, "is too long")
  .transform((text) => text.trim().split(/ +/))
  .refine(
    (words) => words.every((word) => /^[!#-[\]-~]+$/.test(word)),
    "is no list of scopes with spaces between",
  )
  .refine((words) => words.includes("openid"), "must hold openid")
  .transform((words) => words.join(" "))
  .optional();

export const oidcSettings = {
  /** The provider, by the address that it calls itself by. */
  issuer: { variable: "CLAW_OIDC_ISSUER", schema: issuer },
  /** What it calls us. It has to know `<address of the gateway>/auth/callback` as a way back. */
  clientId: { variable: "CLAW_OIDC_CLIENT_ID", schema: optionalText },
  /** What we share with it; without one we are a public client, which PKCE is enough for. */
  clientSecret: { variable: "CLAW_OIDC_CLIENT_SECRET", schema: optionalText },
  clientSecretFile: { variable: "CLAW_OIDC_CLIENT_SECRET_FILE", schema: optionalText },
  /** Who gets which role: `claim=value:role;…`, the first that holds. */
  roles: { variable: "CLAW_OIDC_ROLES", schema: roles },
  /** What we ask the provider to tell of somebody; `openid profile email` unless some claim of CLAW_OIDC_ROLES needs more. */
  scopes: { variable: "CLAW_OIDC_SCOPES", schema: scopes },
} as const;

export type OidcSettings = ConfigOf<typeof oidcSettings>;

export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  readonly roles: readonly RoleRule[];
  /** With spaces between. */
  readonly scopes: string;
}

/** Null where no provider is set. Refuses (`Stopped`) half of a configuration, a secret given twice, and a file that cannot be read. */
export const readOidc = (settings: OidcSettings): Effect.Effect<OidcConfig | null, Stopped> =>
  Effect.gen(function* () {
    const { issuer: provider, clientId, clientSecret, clientSecretFile } = settings;
    const others = [clientId, clientSecret, clientSecretFile, settings.roles, settings.scopes];
    if (provider === undefined)
      return others.every((one) => one === undefined)
        ? null
        : yield* stopped("CLAW_OIDC_ISSUER is not set, and other CLAW_OIDC_ settings are: set it, or none.");
    const rules = settings.roles === undefined ? null : parseRoles(settings.roles);
    if (clientId === undefined || rules === null)
      return yield* stopped(
        "CLAW_OIDC_ISSUER is set without CLAW_OIDC_CLIENT_ID or CLAW_OIDC_ROLES: nobody could sign in by it.",
      );
    if (clientSecret !== undefined && clientSecretFile !== undefined)
      return yield* stopped(
        "CLAW_OIDC_CLIENT_SECRET and CLAW_OIDC_CLIENT_SECRET_FILE are both set: set one of them.",
      );
    const secret = clientSecretFile === undefined ? (clientSecret ?? null) : yield* read(clientSecretFile);
    const wanted = settings.scopes ?? DEFAULT_SCOPES;
    return { issuer: provider, clientId, clientSecret: secret, roles: rules, scopes: wanted };
  });

/** Why; never what is in it. */
const read = (path: string): Effect.Effect<string, Stopped> =>
  Effect.try({
    try: () => readFileSync(path, "utf8").trim(),
    catch: (error) =>
      problem(
        `The file of CLAW_OIDC_CLIENT_SECRET_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
      ),
  }).pipe(
    Effect.flatMap((secret) =>
      secret === "" ? stopped("The file of CLAW_OIDC_CLIENT_SECRET_FILE is empty.") : Effect.succeed(secret),
    ),
  );

const problem = (sentence: string): Stopped => new Stopped({ sentence, exitCode: EXIT.usage });
const stopped = (sentence: string): Effect.Effect<never, Stopped> => Effect.fail(problem(sentence));
