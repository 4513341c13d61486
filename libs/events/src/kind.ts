/** How one kind of event is described in the catalogue. */
import { z } from "zod";
import type { LaneKind } from "./lane.ts";
import { controlAt } from "./plain.ts";

/**
 * One kind of event: its name (`noun.past`), the version of its data, the lane it belongs to, and the shape of what it carries.
 * `body` is the part that may hold people's text: it is stored beside the envelope, which keeps only its digest, so that it can be erased
 * while every proof still holds. A kind without a body never carries free text.
 */
export interface EventKind<
  Type extends string = string,
  Data extends z.ZodType = z.ZodType,
  Body extends z.ZodType | null = z.ZodType | null,
> {
  readonly type: Type;
  readonly version: number;
  readonly lane: LaneKind | "decided";
  readonly data: Data;
  readonly body: Body;
}

export const eventKind = <Type extends string, Data extends z.ZodType, Body extends z.ZodType | null = null>(
  kind: EventKind<Type, Data, Body>,
): EventKind<Type, Data, Body> => kind;

/** Text that came from people or models. The host redacts it before it becomes part of an event; the caps are its own. */
export const Text = z.string().max(65_536);
/** A label: a name, a path, a branch. One line, short. */
export const Label = z.string().max(1_024);
/** A word that a peer chose from a set that may grow: kept as it is, never trusted to be one we know. */
export const Word = z.string().min(1).max(128);

/** What a caller says in a label or a word: refused with control characters, because it is kept for ever and shown on terminals. Events read what was kept. */
const isPlain = (text: string): boolean => controlAt(text) === null;
const NOT_PLAIN = "no control characters";
export const PlainLabel = Label.refine(isPlain, NOT_PLAIN);
export const PlainWord = Word.refine(isPlain, NOT_PLAIN);

/** Why somebody asks for something, as they say it themselves: at least one letter, at most 1,024 (N1-009). Policy refuses one with a secret in it. */
export const Reason = PlainLabel.min(1);
