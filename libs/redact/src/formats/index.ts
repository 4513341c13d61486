import { contextFormats } from "./contexts.ts";
import type { SecretFormat } from "./format.ts";
import { tokenFormats } from "./tokens.ts";

export { seededRng } from "./draw.ts";
export type { Rng } from "./draw.ts";
export type { SecretFormat } from "./format.ts";

/**
 * One generator for every format that the redactor knows, for tests only. Each makes a new secret at run time from
 * prefixes that are split in the source, so that no file holds anything that looks alive.
 */
export const secretFormats: readonly SecretFormat[] = [...tokenFormats, ...contextFormats];
