/**
 * Every way of saying no, in one table: the code, why, the way out, and the HTTP status it has outside. The reference page is generated from it.
 * Messages are built from fields; the fields never hold payloads, tokens or transcripts (N1-042, X1-057).
 */
import { callsRefusals } from "./refusals/calls.ts";
import { doorRefusals } from "./refusals/door.ts";
import { houseRefusals } from "./refusals/house.ts";
import type { RefusalKind } from "./refusals/kind.ts";
import { registryRefusals } from "./refusals/registry.ts";
import { writesRefusals } from "./refusals/writes.ts";

export type { RefusalKind } from "./refusals/kind.ts";

export const refusals = {
  ...doorRefusals,
  ...houseRefusals,
  ...writesRefusals,
  ...callsRefusals,
  ...registryRefusals,
} as const;

export type RefusalCode = keyof typeof refusals;

export const refusalOf = (code: RefusalCode): RefusalKind => refusals[code];
export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code);
