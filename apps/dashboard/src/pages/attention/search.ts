/** What the address says of the inbox: a kind or a shelf, and the item that is looked at. Pure. */
import { ATTENTION_KINDS, type AttentionKind } from "../../api/types/fleet.ts";

/** `mine`: assigned to who looks; `putOff`: what somebody put off, which is in no other list. */
export const SHELVES = ["mine", "putOff"] as const;
export type Shelf = (typeof SHELVES)[number];

export interface AttentionSearch {
  readonly kind?: AttentionKind;
  readonly of?: Shelf;
  /** An item's key. */
  readonly at?: string;
}

/** Letters of a key, at most (`AttentionKey` of libs/events). */
const MAX_KEY = 220;

export function readAttentionSearch(search: Readonly<Record<string, unknown>>): AttentionSearch {
  const kind = ATTENTION_KINDS.find((known) => known === search["kind"]);
  const of = SHELVES.find((known) => known === search["of"]);
  const at = search["at"];
  return {
    ...(kind !== undefined && { kind }),
    ...(kind === undefined && of !== undefined && { of }),
    ...(typeof at === "string" && at !== "" && at.length <= MAX_KEY && { at }),
  };
}
