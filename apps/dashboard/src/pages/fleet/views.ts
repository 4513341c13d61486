/** Saved views of the fleet, and what stands in the address for them. Pure. */
import { type Lifecycle, LIFECYCLES } from "../../api/types/fleet.ts";
import { type FleetRow, isStale, needsSomeone } from "./rows.ts";

export const VIEW_IDS = ["all", "running", "needs", "stale", "mine"] as const;
export type ViewId = (typeof VIEW_IDS)[number];

export const VIEW_NAMES: Readonly<Record<ViewId, string>> = {
  all: "All",
  running: "Running",
  needs: "Need someone",
  stale: "Stale",
  mine: "Mine",
};

/** `me` null: nobody knows who looks, and nothing is theirs. */
export function isInView(view: ViewId, me: string | null): (row: FleetRow) => boolean {
  if (view === "running") return ({ fleet }) => fleet.active;
  if (view === "needs") return needsSomeone;
  if (view === "stale") return isStale;
  if (view === "mine") return ({ fleet }) => me !== null && fleet.owner === me;
  return () => true;
}

/** What the address says of the page; what it says wrongly is left out. */
export interface FleetSearch {
  readonly view?: ViewId;
  readonly state?: Lifecycle;
  readonly q?: string;
  readonly by?: "operator";
}

/** What is to be otherwise in the address; null takes it out. */
export type FleetSearchChange = { readonly [Name in keyof FleetSearch]?: FleetSearch[Name] | null };

/** Letters of a filter that an address may bear. */
const MAX_FILTER = 200;

export function readSearch(search: Readonly<Record<string, unknown>>): FleetSearch {
  const view = VIEW_IDS.find((id) => id === search["view"]);
  const state = LIFECYCLES.find((word) => word === search["state"]);
  const q = search["q"];
  return {
    ...(view !== undefined && view !== "all" && { view }),
    ...(state !== undefined && { state }),
    ...(typeof q === "string" && q !== "" && { q: q.slice(0, MAX_FILTER) }),
    ...(search["by"] === "operator" && { by: "operator" as const }),
  };
}
