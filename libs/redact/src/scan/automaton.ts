/**
 * Finds every occurrence of many literal strings in one pass over the text (Aho and Corasick, 1975): linear in the
 * text whatever the strings are. Edges live in one open-addressed table, so that thousands of strings cost a few MB.
 */
export interface Automaton {
  /** The state after reading one UTF-16 unit; 0 is the start. */
  readonly step: (state: number, code: number) => number;
  /** Indexes of the patterns that end in this state; longest first. */
  readonly endingAt: (state: number) => readonly number[];
  /** How many of the last units read could still be the beginning of a pattern. */
  readonly depth: (state: number) => number;
}

const NONE: readonly number[] = [];
/** Multiplier of Fibonacci hashing (2³² / φ). */
const GOLDEN = 0x9e_37_79_b1;

interface Edges {
  readonly get: (state: number, code: number) => number;
  readonly set: (state: number, code: number, target: number) => void;
}

const makeEdges = (atMost: number): Edges => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, atMost * 2)));
  const states = new Int32Array(size).fill(-1);
  const codes = new Uint16Array(size);
  const targets = new Int32Array(size);
  const slotOf = (state: number, code: number): number => {
    let slot = (Math.imul(state, GOLDEN) ^ Math.imul(code + 1, 0x85_eb_ca_6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (states[slot] !== -1 && (states[slot] !== state || codes[slot] !== code))
      slot = (slot + 1) & (size - 1);
    return slot;
  };
  return {
    get: (state, code) => {
      const slot = slotOf(state, code);
      return states[slot] === -1 ? -1 : (targets[slot] ?? -1);
    },
    set: (state, code, target) => {
      const slot = slotOf(state, code);
      states[slot] = state;
      codes[slot] = code;
      targets[slot] = target;
    },
  };
};

interface Trie {
  readonly edges: Edges;
  /** Nodes in order of creation: the parent, and the unit that leads here. */
  readonly parents: number[];
  readonly codes: number[];
  readonly depths: number[];
  readonly ends: (number[] | undefined)[];
}

const growTrie = (patterns: readonly string[]): Trie => {
  const edges = makeEdges(patterns.reduce((sum, pattern) => sum + pattern.length, 1));
  const trie: Trie = { edges, parents: [0], codes: [0], depths: [0], ends: [undefined] };
  for (const [index, pattern] of patterns.entries()) {
    let state = 0;
    for (let at = 0; at < pattern.length; at += 1) {
      const code = pattern.charCodeAt(at);
      let next = edges.get(state, code);
      if (next < 0) {
        next = trie.parents.push(state) - 1;
        trie.codes.push(code);
        trie.depths.push(at + 1);
        trie.ends.push(undefined);
        edges.set(state, code, next);
      }
      state = next;
    }
    if (pattern.length > 0) (trie.ends[state] ??= []).push(index);
  }
  return trie;
};

const stepIn = (edges: Edges, fails: Int32Array, from: number, code: number): number => {
  for (let state = from; ; state = fails[state] ?? 0) {
    const next = edges.get(state, code);
    if (next >= 0) return next;
    if (state === 0) return 0;
  }
};

/** Where each node falls back to: the longest proper suffix that is also a node. Shallow nodes first. */
const linkFails = (trie: Trie): Int32Array => {
  const fails = new Int32Array(trie.parents.length);
  const byDepth = trie.depths
    .map((_, node) => node)
    .sort((a, b) => (trie.depths[a] ?? 0) - (trie.depths[b] ?? 0));
  for (const node of byDepth) {
    const parent = trie.parents[node] ?? 0;
    if (node !== 0 && parent !== 0) {
      fails[node] = stepIn(trie.edges, fails, fails[parent] ?? 0, trie.codes[node] ?? 0);
    }
    const inherited = trie.ends[fails[node] ?? 0];
    if (node !== 0 && inherited) trie.ends[node] = [...(trie.ends[node] ?? []), ...inherited];
  }
  return fails;
};

export const makeAutomaton = (patterns: readonly string[]): Automaton => {
  const trie = growTrie(patterns);
  const fails = linkFails(trie);
  const starts = new Uint8Array(65_536);
  for (const pattern of patterns) if (pattern.length > 0) starts[pattern.charCodeAt(0)] = 1;
  return {
    step: (state, code) => (state === 0 && starts[code] === 0 ? 0 : stepIn(trie.edges, fails, state, code)),
    endingAt: (state) => trie.ends[state] ?? NONE,
    depth: (state) => trie.depths[state] ?? 0,
  };
};
