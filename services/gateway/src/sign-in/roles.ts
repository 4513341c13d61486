/**
 * Who somebody is to us by what the provider says of them: `CLAW_OIDC_ROLES` is `claim=value:role`, several separated by `;`, and the first that holds counts.
 * Nobody without a match comes in.
 */
import { controlAt, isReservedOwner, type Principal, type Role } from "@claw/events";
import { hasControls } from "./controls.ts";

/** Roles that a person may have. */
export const PERSON_ROLES = ["viewer", "operator", "auditor", "admin"] as const satisfies readonly Role[];
export type PersonRole = (typeof PERSON_ROLES)[number];

export interface RoleRule {
  readonly claim: string;
  readonly value: string;
  readonly role: PersonRole;
}

/** What a provider says of somebody: of its signed ID token, and what it adds by its userinfo. */
export type Claims = Readonly<Record<string, unknown>>;

/** The rules of a setting; null if one of them is no rule. A value may hold `:` and `=`: the claim ends at the first `=`, the role begins after the last `:`. */
export function parseRoles(text: string): readonly RoleRule[] | null {
  const parts = text.split(";").map((part) => part.trim());
  const rules = parts.filter((part) => part !== "").map(parseRule);
  return rules.length === 0 || rules.includes(null) ? null : (rules as readonly RoleRule[]);
}

function parseRule(text: string): RoleRule | null {
  const [, claim = "", value = "", word = ""] = /^([^=]+)=(.+):([a-z]+)$/.exec(text) ?? [];
  const role = PERSON_ROLES.find((known) => known === word);
  return role === undefined ? null : { claim: claim.trim(), value: value.trim(), role };
}

/** The role of the first rule that holds; null where none does. */
export const roleOf = (rules: readonly RoleRule[], claims: Claims): PersonRole | null =>
  rules.find((rule) => holds(rule, claims))?.role ?? null;

/** An address that the provider has not verified may be anybody's. */
function holds({ claim, value }: RoleRule, claims: Claims): boolean {
  if (claim === "email" && claims["email_verified"] !== true) return false;
  if (!Object.hasOwn(claims, claim)) return false;
  const said = claims[claim];
  const values: readonly unknown[] = Array.isArray(said) ? said : [said];
  return values.some((one) => (typeof one === "string" || typeof one === "boolean") && String(one) === value);
}

/** Of both, the signed token first. Whether an address is verified is believed only from where the address is from. */
export function joined(token: Claims, userinfo: Claims): Claims {
  const { email_verified: isVerified } = Object.hasOwn(token, "email") ? token : userinfo;
  return { ...userinfo, ...token, email_verified: isVerified };
}

/** True if the token alone says who somebody is and what they may do: then nobody else is asked. */
export const isEnough = (rules: readonly RoleRule[], token: Claims): boolean =>
  roleOf(rules, token) !== null && token["email_verified"] === true && typeof token["email"] === "string";

/** The longest name of a principal that comes from outside. */
const MAX_NAME = 254;

/**
 * By what name somebody is known: their verified address, else the provider's own id of them. Never a name that people choose themselves: one could choose another's.
 * Null for what is no name, for one that looks like what this house calls a Claw or a unix user, and for an id that looks like an address: there are providers whose ids
 * are names that people choose, and nobody has verified that this one is theirs.
 */
export function nameOf(claims: Claims): string | null {
  const { email, sub } = claims as { readonly email?: unknown; readonly sub?: unknown };
  const isAddress = claims["email_verified"] === true && typeof email === "string";
  const name = isAddress ? email : sub;
  if (typeof name !== "string" || name === "" || name.length > MAX_NAME) return null;
  if (!isAddress && name.normalize("NFKC").includes("@")) return null;
  return hasControls(name) || controlAt(name) !== null || isReservedOwner(name) ? null : name;
}

/** The person; `role` for whom no rule holds, `answer` for who is told of by no name that could be theirs. */
export function personOf(rules: readonly RoleRule[], claims: Claims): Principal | "role" | "answer" {
  const role = roleOf(rules, claims);
  if (role === null) return "role";
  const name = nameOf(claims);
  return name === null ? "answer" : { kind: "person", name, role };
}
