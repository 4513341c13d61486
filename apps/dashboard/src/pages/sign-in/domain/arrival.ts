/** With what somebody comes to the sign-in page: a one-time link's code, a failure of the provider, and where they wanted to go. Pure. */

/** A code of 256 bits in hex, in the fragment: that is sent to no server and stands in no log (ADR 0014). Null where there is none. */
export const codeIn = (hash: string): string | null => /^#code=([0-9a-f]{64})$/.exec(hash)?.[1] ?? null;

/** Printable ASCII that begins with one slash. A tab or a line break would do as none: addresses are read without them, and `/<tab>/evil` would be `//evil`. */
const OWN_PAGE = /^\/(?![/\\])[!-[\]-~]{0,1023}$/;

/** A page of this dashboard, or its first one: whatever could lead elsewhere is left out, however it is written. `kept` is where somebody was sent from. The gateway looks again. */
export function returnIn(search: string, kept: string | null): string {
  const asked = new URLSearchParams(search).get("return") ?? kept ?? "/";
  return OWN_PAGE.test(asked) ? asked : "/";
}

const FAILURES: Readonly<Record<string, readonly [string, string]>> = {
  flow: [
    "The sign-in was not under way any more.",
    "It took longer than ten minutes, or began in another browser. Begin it again.",
  ],
  state: [
    "What came back did not belong to this sign-in.",
    "Begin it again here; do not follow a link of somebody else's sign-in.",
  ],
  denied: ["The provider said no.", "Ask whoever looks after accounts there."],
  provider: ["The provider cannot be reached.", "Try again in a moment, or paste a token."],
  answer: [
    "The provider's answer did not prove who you are.",
    "An admin finds more under “oidc” in the gateway's diagnostics.",
  ],
  role: ["You are known, and no role is yours here.", "An admin names roles with CLAW_OIDC_ROLES."],
};

/** What failed on the way to the provider and back, and what helps; null where nothing did. A word that nobody knows is told in general, never shown. */
export function failureIn(search: string): { readonly what: string; readonly helps: string } | null {
  const word = new URLSearchParams(search).get("failed");
  if (word === null) return null;
  const [what, helps] = FAILURES[word] ?? ["The sign-in failed.", "Begin it again."];
  return { what, helps };
}
