import { type Mark, markEnd } from "./marker.ts";
import { emptyKinds, type Kinds, type Redacted, tally } from "./redact-text.ts";
import { allKinds, FIELD } from "./rules/index.ts";
import { isSecretField } from "./rules/names.ts";

/** A value as `JSON.parse` makes it: a tree without cycles. A field that is `undefined` counts as absent. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export interface RedactedTree {
  readonly value: Json;
  readonly count: number;
  readonly kinds: Kinds;
}

/** A container being copied: where its children come from and go to. */
interface Frame {
  readonly source: readonly Json[] | { readonly [key: string]: Json | undefined };
  readonly put: (key: string, value: Json) => void;
  readonly isSecret: boolean;
}

interface Walk {
  readonly redact: (text: string) => Redacted;
  readonly mark: Mark;
  readonly kinds: Record<string, number>;
  readonly stack: Frame[];
  count: number;
}

/** Set an own data property, `__proto__` included. */
const define = (target: object, key: string, value: Json): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
};

const redactString = (walk: Walk, text: string): string => {
  const redacted = walk.redact(text);
  for (const [kind, count] of Object.entries(redacted.kinds)) tally(walk.kinds, kind, count);
  walk.count += redacted.count;
  return redacted.text;
};

const redactField = (walk: Walk, text: string): string => {
  const redacted = redactString(walk, text);
  // What is one mark already, or says nothing, stays; all else under such a name goes whole.
  if (redacted.trim() === "" || markEnd(redacted, 0, allKinds) === redacted.length) return redacted;
  tally(walk.kinds, FIELD);
  walk.count += 1;
  return walk.mark(FIELD, text);
};

/** Copy a leaf, or open a container for the walk to fill. */
const visit = (walk: Walk, value: Json, isSecret: boolean): Json => {
  if (typeof value === "string") return isSecret ? redactField(walk, value) : redactString(walk, value);
  if (typeof value === "number" && isSecret) return redactField(walk, String(value));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy: Json[] = [];
    walk.stack.push({ source: value, put: (_, child) => void copy.push(child), isSecret });
    return copy;
  }
  const copy: Record<string, Json> = {};
  walk.stack.push({ source: value, put: (key, child) => define(copy, freeKey(copy, key), child), isSecret });
  return copy;
};

/** Two redacted keys may become one mark; the later ones are numbered, so that no value is lost. */
const freeKey = (target: object, key: string): string => {
  if (!Object.hasOwn(target, key)) return key;
  let number = 2;
  while (Object.hasOwn(target, `${key}#${number}`)) number += 1;
  return `${key}#${number}`;
};

/** `{name: "Authorization", value: …}`, the way header lists and environment lists are written. */
const isSecretPair = (source: Frame["source"]): boolean => {
  if (Array.isArray(source)) return false;
  const { name, key } = source as { readonly [field: string]: Json | undefined };
  return [name, key].some((label) => typeof label === "string" && isSecretField(label));
};

const fill = (walk: Walk, frame: Frame): void => {
  const isPair = isSecretPair(frame.source);
  const isList = Array.isArray(frame.source);
  for (const [key, child] of Object.entries(frame.source) as [string, Json | undefined][]) {
    if (child === undefined) continue;
    const isSecret = frame.isSecret || (!isList && (isSecretField(key) || (isPair && key === "value")));
    frame.put(isList ? key : redactString(walk, key), visit(walk, child, isSecret));
  }
};

/**
 * Redact every string of a tree, keys too. A field whose name says that it holds a secret (`password`, `cookie`,
 * `client_secret`, and all below such a field) loses its strings and numbers whatever their shape. The source is not
 * touched, depth is no limit, and `__proto__` is a key like any other.
 */
export const redactTree = (redact: (text: string) => Redacted, mark: Mark, value: Json): RedactedTree => {
  const walk: Walk = { redact, mark, kinds: emptyKinds(), stack: [], count: 0 };
  const root = visit(walk, value, false);
  for (let frame = walk.stack.pop(); frame; frame = walk.stack.pop()) fill(walk, frame);
  return { value: root, count: walk.count, kinds: walk.kinds };
};
