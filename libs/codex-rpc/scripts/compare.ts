import { type Node, type Shape, shapesOf } from "./json-schema.ts";

/** What a comparison found: `drift` breaks us, `news` is worth reading. */
export interface Findings {
  readonly drift: string[];
  readonly news: string[];
}

/** One side of a comparison: a node and the document that its references point into. */
export interface Side {
  readonly root: Node;
  readonly node: Node;
}

/**
 * Compares what we read with what they write: each of their shapes must have the fields that we require, in types that
 * we take. Fields of theirs that we do not read do not matter.
 */
export function compareRead(ours: Side, theirs: Side, path: string, findings: Findings): void {
  const wanted = shapesOf(ours.root, ours.node);
  for (const shape of shapesOf(theirs.root, theirs.node)) {
    const match = wanted.find((one) => takes(one, shape));
    if (!match) {
      findings.drift.push(
        `${path}: they write ${shape.type}, we read ${wanted.map(({ type }) => type).join("|")}`,
      );
      continue;
    }
    compareWords(match, shape, path, findings);
    if (match.items && shape.items) {
      compareRead({ ...ours, node: match.items }, { ...theirs, node: shape.items }, `${path}[]`, findings);
    }
    if (shape.type !== "object") continue;
    for (const [name, node] of match.properties) {
      const here = `${path}.${name}`;
      const field = shape.properties.get(name);
      if (field) compareRead({ ...ours, node }, { ...theirs, node: field }, here, findings);
      const isSure = field !== undefined && (shape.required.has(name) || field.default !== undefined);
      if (isSure || !match.required.has(name)) continue;
      findings.drift.push(`${here}: we require it, they ${field ? "may leave it out" : "do not have it"}`);
    }
  }
}

/** Compares what we write with what they read: they must know each field, take its types, and require no other. */
export function compareWritten(ours: Side, theirs: Side, path: string, findings: Findings): void {
  const taken = shapesOf(theirs.root, theirs.node);
  for (const shape of shapesOf(ours.root, ours.node)) {
    const takers = taken.filter((one) => takes(one, shape));
    const [match] = takers;
    if (!match || !takeWords(takers, shape)) {
      const words = [...shape.words].join("|");
      findings.drift.push(`${path}: we write ${shape.type} ${words}, which they do not take`);
      continue;
    }
    for (const [name, node] of shape.properties) {
      const field = match.properties.get(name);
      if (!field) findings.drift.push(`${path}.${name}: we write it, they do not know it`);
      else compareWritten({ ...ours, node }, { ...theirs, node: field }, `${path}.${name}`, findings);
    }
    for (const name of match.required) {
      if (!shape.properties.has(name))
        findings.drift.push(`${path}.${name}: they require it, we do not write it`);
    }
  }
}

/** Whether a value of one shape's type may be passed where another is taken. */
function takes(taker: Shape, given: Shape): boolean {
  if (taker.type === "any" || taker.type === given.type) return true;
  return taker.type === "number" && given.type === "integer";
}

/** An enumeration may be spelled as one shape for each word; a shape without words takes any. */
function takeWords(takers: readonly Shape[], given: Shape): boolean {
  const words = new Set(takers.flatMap((taker) => [...taker.words]));
  return takers.some((taker) => taker.words.size === 0) || [...given.words].every((word) => words.has(word));
}

function compareWords(ours: Shape, theirs: Shape, path: string, { news }: Findings): void {
  if (ours.words.size === 0) return;
  const fresh = [...theirs.words].filter((word) => !ours.words.has(word));
  if (fresh.length > 0) news.push(`${path}: new words ${fresh.join(", ")}`);
}
