import { type Automaton, makeAutomaton } from "./automaton.ts";
import type { Reach, Rule, Span } from "./rule.ts";

/** Finds what the rules and the registered values say is secret. Linear in the text; holds no state between calls. */
export interface Scanner {
  readonly find: (text: string) => readonly Span[];
  /** Triggers of rules that read beyond their word, in order: where a stream must hold its text back. */
  readonly openings: (text: string) => readonly Opening[];
  /** How many of the last characters could still begin a registered value. */
  readonly pendingKnown: (text: string) => number;
}

export interface Opening {
  readonly at: number;
  readonly reach: Reach;
  /** The match of a block rule; a line rule is not asked. */
  readonly span: Span | undefined;
}

interface Bound {
  readonly rule: Rule;
  readonly length: number;
}

const UPPER_A = 65;
const UPPER_Z = 90;
const TO_LOWER = 32;
const foldCode = (code: number): number => (code >= UPPER_A && code <= UPPER_Z ? code + TO_LOWER : code);

const visitTriggers = (
  automaton: Automaton,
  bounds: readonly Bound[],
  text: string,
  visit: (rule: Rule, at: number) => void,
): void => {
  let state = 0;
  for (let at = 0; at < text.length; at += 1) {
    state = automaton.step(state, foldCode(text.charCodeAt(at)));
    for (const index of automaton.endingAt(state)) {
      const bound = bounds[index];
      if (bound) visit(bound.rule, at + 1 - bound.length);
    }
  }
};

const NOWHERE: Span = { start: 0, end: 0, kind: "" };
const isWithin = (span: Span, at: number): boolean => span.start < at && at < span.end;

const findByRules = (automaton: Automaton, bounds: readonly Bound[], text: string): Span[] => {
  const spans: Span[] = [];
  const last: Record<Reach, Span> = { word: NOWHERE, line: NOWHERE, block: NOWHERE };
  visitTriggers(automaton, bounds, text, (rule, at) => {
    // A trigger within a match of the same reach adds nothing, and asking again there would not be linear. One at
    // its very beginning may: a longer prefix names the kind better.
    if (isWithin(last[rule.reach], at) || isWithin(last.block, at)) return;
    const span = rule.match(text, at);
    if (!span || span.end <= span.start) return;
    if (span.end > last[rule.reach].end) last[rule.reach] = span;
    spans.push(span);
  });
  return spans;
};

const findKnown = (automaton: Automaton, forms: readonly string[], kind: string, text: string): Span[] => {
  const spans: Span[] = [];
  let state = 0;
  for (let at = 0; at < text.length; at += 1) {
    state = automaton.step(state, text.charCodeAt(at));
    const [longest] = automaton.endingAt(state);
    const length = longest === undefined ? 0 : (forms[longest]?.length ?? 0);
    if (length > 0) spans.push({ start: at + 1 - length, end: at + 1, kind });
  }
  return spans;
};

const findOpenings = (automaton: Automaton, bounds: readonly Bound[], text: string): readonly Opening[] => {
  const openings: Opening[] = [];
  let blockEnd = 0;
  visitTriggers(automaton, bounds, text, (rule, at) => {
    if (rule.reach === "word" || at < blockEnd) return;
    const span = rule.reach === "block" ? rule.match(text, at) : undefined;
    if (span) blockEnd = span.end;
    openings.push({ at, reach: rule.reach, span });
  });
  return openings;
};

const finalState = (automaton: Automaton, text: string): number => {
  let state = 0;
  for (let at = 0; at < text.length; at += 1) state = automaton.step(state, text.charCodeAt(at));
  return state;
};

export const makeScanner = (rules: readonly Rule[], forms: readonly string[], knownKind: string): Scanner => {
  const bounds = rules.flatMap((rule) => rule.triggers.map((trigger) => ({ rule, length: trigger.length })));
  const triggers = makeAutomaton(
    rules.flatMap((rule) => rule.triggers.map((trigger) => trigger.toLowerCase())),
  );
  const known = forms.length > 0 ? makeAutomaton(forms) : undefined;
  return {
    find: (text) => [
      ...(known ? findKnown(known, forms, knownKind, text) : []),
      ...findByRules(triggers, bounds, text),
    ],
    openings: (text) => findOpenings(triggers, bounds, text),
    pendingKnown: (text) => (known ? known.depth(finalState(known, text)) : 0),
  };
};
