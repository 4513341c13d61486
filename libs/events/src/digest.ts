/** SHA-256, the one primitive of this package that is not plain TypeScript. Deterministic, so still pure. */
import { hash } from "node:crypto";
import type { Digest } from "./ids.ts";

/** SHA-256 of UTF-8 text or bytes, in lower-case hex. */
export const sha256 = (data: string | Uint8Array): Digest => hash("sha256", data, "hex");

/** The first four bytes of SHA-256 of the text, big-endian, as an unsigned number. */
export const leadingWord = (text: string): number => Number.parseInt(sha256(text).slice(0, 8), 16);
