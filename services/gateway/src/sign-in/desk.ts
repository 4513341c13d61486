/** What this gateway remembers for people who sign in: one-time links, tickets of WebSockets, and the provider if there is one (ADR 0014). None of it survives this process. */
import type { Clocks, Diagnostics } from "@claw/runtime";
import { type Attempts, makeAttempts } from "../auth/attempts.ts";
import type { Caller } from "../auth/authenticate.ts";
import { makeOidc, type Oidc } from "./oidc.ts";
import { makeOnce, type Once } from "./once.ts";
import type { OidcConfig } from "./settings.ts";

/** How long a one-time link is good, in ms (ADR 0014; X1-027). */
export const LINK_MS = 600_000;
/** How long a ticket of a WebSocket is good, in ms (DESIGN 14.22, RELIABILITY 8). */
export const TICKET_MS = 30_000;

/** A caller with few open links and tickets has them all; one with many loses the oldest. */
const LINKS = { lastsMs: LINK_MS, perOwner: 10, total: 1_000 } as const;
const TICKETS = { lastsMs: TICKET_MS, perOwner: 20, total: 10_000 } as const;

export interface Desk {
  /** Each stands for the caller who asked for it. */
  readonly links: Once<Caller>;
  readonly tickets: Once<Caller>;
  /** Sign-ins that were opened, by whose they are: each is two facts that the log keeps for ever, so whoever may only read must not make them without end. */
  readonly opened: Attempts;
  /** Null where no provider is set. */
  readonly oidc: Oidc | null;
}

/** A desk at which nobody signed in yet. Links, tickets and counts are this process' memory. */
export const makeDesk = (
  clocks: Pick<Clocks, "monoMs">,
  diagnostics: Diagnostics,
  config: OidcConfig | null,
): Desk => ({
  links: makeOnce(LINKS, clocks.monoMs),
  tickets: makeOnce(TICKETS, clocks.monoMs),
  opened: makeAttempts(clocks.monoMs),
  oidc: config === null ? null : makeOidc(config, clocks, diagnostics),
});

/** Where the sign-in page is, and the address that a one-time link leads to: the code is in the fragment, which no server and no log sees. */
export const SIGN_IN_PATH = "/sign-in";

/** The address to open in a browser, with the code in its fragment. */
export const linkTo = (origin: URL, code: string): string => {
  const link = new URL(SIGN_IN_PATH, origin);
  link.hash = `code=${code}`;
  return link.href;
};
