import { z } from "zod";

/** A word of an enumeration that may grow: the known words for the editor, any string on the wire. */
export type Open<Known extends string> = Known | (string & {});

/**
 * A string with known words. A newer Codex may say others, and they pass: meeting an unknown word is the
 * reader's business. The words are kept as metadata, so that the drift report can compare them.
 */
export function open<const Known extends string>(...known: readonly Known[]): z.ZodType<Open<Known>, string> {
  return z.string().meta({ known });
}

/** Codex leaves a field out, or sends null, for "nothing"; both mean the same here. */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish();
}
