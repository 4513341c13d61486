/** Breadth first over every state that can be reached, so that the first violation found is a shortest one. */
import type { Without } from "./safeguards.ts";
import { initialState, keyOf, type ModelState } from "./state.ts";
import { stepsFrom } from "./steps.ts";

export interface Searched {
  readonly states: number;
  /** Nothing was left to look at: the bound on states did not end the search. */
  readonly isExhausted: boolean;
  readonly violation: { readonly broken: string; readonly trace: readonly string[] } | null;
}

interface Node {
  readonly state: ModelState;
  readonly from: Node | null;
  readonly label: string;
}

/** Looks at up to `limit` states of the protocol without these safeguards. */
export function search(without: Without, limit: number): Searched {
  const seen = new Set([keyOf(initialState)]);
  const nodes: Node[] = [{ state: initialState, from: null, label: "" }];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index] as Node;
    for (const { label, state } of stepsFrom(node.state, without)) {
      if (state.broken !== null) {
        const trace = [...labelsTo(node), label];
        return { states: nodes.length, isExhausted: false, violation: { broken: state.broken, trace } };
      }
      const key = keyOf(state);
      if (seen.has(key)) continue;
      if (nodes.length >= limit) return { states: nodes.length, isExhausted: false, violation: null };
      seen.add(key);
      nodes.push({ state, from: node, label });
    }
  }
  return { states: nodes.length, isExhausted: true, violation: null };
}

function labelsTo(last: Node): readonly string[] {
  const labels: string[] = [];
  for (let node: Node | null = last; node !== null && node.from !== null; node = node.from)
    labels.unshift(node.label);
  return labels;
}
