import { ALNUM, charClass, DIGIT, HEX, isIn, LETTER, runEnd } from "../scan/chars.ts";

/** Only the beginning of a value is judged: enough to decide, and a bound on the work. */
const JUDGED = 128;
const RANDOM_LENGTH = 16;
/** Shannon entropy, bits per character, above which a value of 16 characters reads as random; English is near 2.5–3. */
const RANDOM_BITS = 3;

export const shannonBits = (value: string): number => {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
};

const hasAny = (value: string, set: Uint8Array): boolean => {
  for (let at = 0; at < value.length; at += 1) if (isIn(set, value.charCodeAt(at))) return true;
  return false;
};

export const hasLetterAndDigit = (value: string): boolean => hasAny(value, LETTER) && hasAny(value, DIGIT);

const REFERENCES = [
  "$",
  "<",
  "{{",
  "%(",
  "***",
  "...",
  "process.",
  "env.",
  "Uint8Array",
  "Redacted",
  "os.",
  "http://",
  "https://",
  "/",
  "./",
  "../",
];
const PLAIN_WORDS = new Set([
  "true",
  "false",
  "null",
  "undefined",
  "none",
  "string",
  "required",
  "optional",
  "redacted",
]);

const UPPER = charClass("A-Z");
const LOWER = charClass("a-z");
/** A part of a path this long that mixes both cases and digits is none: one key in 64 begins with a slash. */
const MINTED_PART = 12;
const isMinted = (part: string): boolean =>
  part.length >= MINTED_PART && [UPPER, LOWER, DIGIT].every((set) => hasAny(part, set));

/** A value that only points at a secret, or says that there is one: variables, placeholders, paths, plain words. */
export const isReference = (value: string): boolean => {
  if (PLAIN_WORDS.has(value.toLowerCase()) || value.startsWith(":\\", 1)) return true;
  if (!REFERENCES.some((start) => value.startsWith(start))) return false;
  return !value.startsWith("/") || !value.split("/").some(isMinted);
};

const IDENTIFIER = charClass("0-9A-Za-z_.$[]?!");

/** Reads like code rather than like a value: a call, an index, a dotted path of words. */
export const isCode = (value: string): boolean => {
  const end = runEnd(value, 0, IDENTIFIER);
  return (
    value[end] === "(" ||
    value.startsWith("[") ||
    (end === value.length && value.includes(".") && !hasAny(value, DIGIT))
  );
};

/** Long, mixed and without order. */
export const looksRandom = (value: string): boolean => {
  const judged = value.slice(0, JUDGED);
  return judged.length >= RANDOM_LENGTH && hasLetterAndDigit(judged) && shannonBits(judged) >= RANDOM_BITS;
};

const DIGEST_LENGTHS = new Set([32, 40, 56, 64, 96, 128]);
const UUID_LENGTH = 36;
const ULID_LENGTH = 26;
const HEX_DASH = charClass("0-9a-f-");

/** Commit hashes, checksums, UUIDs and ULIDs: names of public things, however random. */
export const isPublicName = (value: string): boolean => {
  const lower = value.slice(0, JUDGED + 1).toLowerCase();
  if (DIGEST_LENGTHS.has(lower.length) && runEnd(lower, 0, HEX) === lower.length) return true;
  if (lower.length === UUID_LENGTH && runEnd(lower, 0, HEX_DASH) === UUID_LENGTH) return true;
  if (lower.length === ULID_LENGTH && runEnd(lower, 0, ALNUM) === ULID_LENGTH && lower.startsWith("0"))
    return true;
  return ["sha1-", "sha256-", "sha384-", "sha512-", "sha256:", "sha512:"].some((name) =>
    lower.startsWith(name),
  );
};
