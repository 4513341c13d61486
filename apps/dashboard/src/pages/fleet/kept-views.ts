/** Views that somebody named: a filter as the address has it, kept in this browser. Pure. */
import { type FleetSearch, readSearch } from "./views.ts";

export interface KeptView {
  readonly name: string;
  readonly search: FleetSearch;
}

export const MAX_VIEWS = 20;
/** Letters of a name. */
export const MAX_NAME = 30;

/** What storage holds; what is none of ours is left out, because whoever has this browser may have written it. */
export function keptViews(kept: string | null): readonly KeptView[] {
  if (kept === null) return [];
  try {
    const all: unknown = JSON.parse(kept);
    return Array.isArray(all) ? all.flatMap(viewIn).slice(0, MAX_VIEWS) : [];
  } catch {
    return [];
  }
}

function viewIn(one: unknown): readonly KeptView[] {
  if (typeof one !== "object" || one === null) return [];
  const { name, search } = one as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "" || typeof search !== "object" || search === null) return [];
  return [{ name: name.slice(0, MAX_NAME), search: readSearch(search as Readonly<Record<string, unknown>>) }];
}

/** The same name again is the same view. */
export const withView = (views: readonly KeptView[], view: KeptView): readonly KeptView[] =>
  [...views.filter(({ name }) => name !== view.name), view].slice(-MAX_VIEWS);

export const withoutView = (views: readonly KeptView[], name: string): readonly KeptView[] =>
  views.filter((view) => view.name !== name);

const FIELDS = ["view", "state", "q", "by"] as const;
export const isSameSearch = (a: FleetSearch, b: FleetSearch): boolean =>
  FIELDS.every((field) => a[field] === b[field]);

/** Whether there is something to keep: the built-in views have their buttons already. */
export const isWorthKeeping = ({ q, state, by }: FleetSearch): boolean =>
  q !== undefined || state !== undefined || by !== undefined;
