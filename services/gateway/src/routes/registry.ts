/** The fleet's registry: all of it in one look, and the egress policies in it (F1-019…F1-021, F1-127…F1-136). */
import { VERSION } from "@claw/runtime";
import { FleetSession, FleetState, fleetState as stateOf, PolicyView, presentPolicy } from "@claw/views";
import { z } from "zod";
import { fleetPieces, type ListWriter, partsOf } from "../fleet/fleet-json.ts";
import { PageQuery } from "../http/query.ts";
import { listOf, oneOf, read, Written } from "../http/route.ts";
import type { House } from "../ports.ts";
import { eyesOf, linesFor, type Looking, policiesFor } from "../sight.ts";
import { pageOfList } from "./page.ts";

/** Hosts that every sandbox may reach without a policy of its own: this house gives none, its providers say of each sandbox what it may reach. */
const DEFAULT_HOST_COUNT = 0;

/** The one aggregation, of what this caller may see (F1-132). */
export function fleetFor(house: House, caller: Looking): FleetState {
  const lines = linesFor(house, caller);
  return stateOf(
    { ...house.place(), defaultHostCount: DEFAULT_HOST_COUNT },
    { isAvailable: house.fleet.isAvailable(), policyCount: policiesFor(house, caller).length },
    lines.map(({ session }) => session),
    house.clocks.wallMs(),
  );
}

/** Those who see everything share what was written; others have theirs by name, whatever they see: a line that is another is written again. */
function writerFor(house: House, caller: Looking, list: "all" | "active"): ListWriter {
  const { kind, name, root } = caller.principal;
  const who = eyesOf(house, caller).isWide ? "" : JSON.stringify([kind, name, root]);
  return house.fleet.writerFor(`${list} ${who}`);
}

/** F1-130…F1-132 */
export const fleetState = read({
  path: "/api/fleet",
  summary:
    "The fleet in one look: every session and registered runtime, with what backs it, whose it is, and what needs somebody",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("fleet", FleetState),
  handle: ({ house, caller }) =>
    new Written(
      house.fleet.join(
        partsOf(['{"fleet":', ...fleetPieces(fleetFor(house, caller)), "}"], writerFor(house, caller, "all")),
      ),
    ),
});

const Settings = z.object({
  canonicalUrl: z.string(),
  productUrl: z.string(),
  visibility: z
    .enum(["fleet", "private"])
    .describe("who sees what: everybody everything, or only what is theirs"),
  version: z.string(),
});

/** Lists that the specification has and this house leaves empty. */
const NONE = z.array(z.unknown()).max(0);

/** F1-127…F1-129. Cards and workflows are of a planning board, which this house has none of. */
export const fleetWithSettings = read({
  path: "/api/state",
  summary: "The fleet beside what a page needs at its start",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: z.object({
    fleet: FleetState,
    cards: NONE,
    interactiveSessions: z.array(FleetSession).describe("those that are active"),
    workflows: NONE,
    settings: Settings,
  }),
  handle: ({ house, caller }) => {
    const fleet = fleetFor(house, caller);
    const settings: z.infer<typeof Settings> = {
      ...house.place(),
      visibility: house.visibility,
      version: VERSION,
    };
    return new Written(
      house.fleet.join(
        partsOf(
          [
            '{"fleet":',
            ...fleetPieces(fleet),
            ',"cards":[],"interactiveSessions":',
            fleet.sessions.filter((session) => session.active),
            `,"workflows":[],"settings":${JSON.stringify(settings)}}`,
          ],
          writerFor(house, caller, "all"),
          writerFor(house, caller, "active"),
        ),
      ),
    );
  },
});

/** F1-021, F1-135, F1-136 */
export const listPolicies = read({
  path: "/api/policies",
  summary: "Egress policies, one for each session, the newest first",
  action: "fleet.read",
  query: PageQuery,
  answer: listOf("policies", PolicyView),
  handle: ({ house, caller, query }) => {
    const position = house.reader().position();
    const policies = policiesFor(house, caller);
    const { rows, nextCursor } = pageOfList(policies, query, (row) => [-row.position, row.sandboxId]);
    return { policies: rows.map(presentPolicy), nextCursor, position };
  },
});
