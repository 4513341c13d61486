/**
 * Canonical JSON: one value, one text, whatever order its keys were made in.
 *
 * Keys are sorted by UTF-16 code unit as in RFC 8785, `undefined` members are left out, and text is made well-formed, because a lone
 * surrogate changes its bytes on every round trip (RELIABILITY E30). Meant for values that passed `walk`: it recurses, and the walker
 * bounds the depth.
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** The canonical text of a value. Refuses (throws on) numbers that JSON has no word for: that is a defect of the caller. */
export function canonical(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return canonicalObject(value as { readonly [key: string]: Json | undefined });
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new RangeError("canonical JSON has no word for a number that is not finite");
  return JSON.stringify(value);
}

function canonicalObject(value: { readonly [key: string]: Json | undefined }): string {
  let members = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined)
      members += `${members === "" ? "" : ","}${canonicalKey(key)}:${canonical(member)}`;
  }
  return `{${members}}`;
}

/** Each fact is written this way several times on its way into the log, and nearly all keys are words that need no escape. */
const canonicalKey = (key: string): string =>
  PLAIN.test(key) ? `"${key}"` : JSON.stringify(key.toWellFormed());
const PLAIN = /^[A-Za-z0-9_]{1,64}$/;
