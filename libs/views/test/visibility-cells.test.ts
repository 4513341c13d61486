/** Who sees what and may act on what: every cell there is, against the words of ADR 0014 (X1-026). And totals count what the caller sees. */
import { GroupId, type Principal, Role, SessionId, type ShareLevel } from "@claw/events";
import { history, sessionIds } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Belonging,
  fleetState,
  levelOf,
  linesOf,
  makeFleet,
  readerOn,
  refresh,
  type SharingRow,
  sharesFrom,
  type Sight,
  sightOf,
  type Visibility,
} from "../src/index.ts";
import { askAt, NOW, s1 } from "./fleet-given.ts";
import { ALL, foldInto, memoryStore, placed, testScale } from "./given.ts";

const ME = "me";
const day = GroupId.parse("day");
const other = SessionId.parse("s9");

/** How the row belongs to the caller, and what was given to them; one word of each list makes a cell. */
const AXES = {
  visibility: ["fleet", "private"],
  caller: ["viewer", "operator", "auditor", "admin", "claw", "clawOfNoGroup", "session", "host", "house"],
  owner: ["mine", "another's", "nobody's"],
  group: ["mine", "another"],
  tree: ["itself", "child", "grandchild", "none"],
  share: ["none", "viewer", "controller", "takenBack", "another's"],
  scope: ["session", "owner"],
  until: ["never", "later", "now", "before"],
  glass: ["none", "here", "elsewhere", "over"],
  root: ["unbound", "its tree", "another"],
} as const;
type Cell = { readonly [Axis in keyof typeof AXES]: (typeof AXES)[Axis][number] };

function* cells(): Generator<Cell> {
  const axes = Object.entries(AXES);
  const total = axes.reduce((product, [, words]) => product * words.length, 1);
  for (let n = 0; n < total; n += 1) {
    let rest = n;
    const words = axes.map(([axis, all]) => {
      const word = all[rest % all.length];
      rest = Math.floor(rest / all.length);
      return [axis, word];
    });
    yield Object.fromEntries(words) as Cell;
  }
}

const isPerson = ({ caller }: Cell): boolean => Role.options.slice(0, 4).includes(caller as Role);
const kindOf = ({ caller }: Cell): Principal["kind"] =>
  caller === "clawOfNoGroup"
    ? "claw"
    : caller === "claw" || caller === "session" || caller === "host" || caller === "house"
      ? caller
      : "person";

const principalOf = (cell: Cell): Principal => ({
  kind: kindOf(cell),
  name: ME,
  role: (isPerson(cell) ? cell.caller : cell.caller === "house" ? "admin" : kindOf(cell)) as Role,
  group: cell.caller === "claw" ? day : null,
  ...(cell.root !== "unbound" && { root: rootOf(cell) }),
});

/** To which tree the caller is bound (X1-005). */
function rootOf(cell: Cell): SessionId {
  const { rootSessionId, sessionId } = belongingOf(cell);
  return cell.root === "another" ? SessionId.parse("s8") : (rootSessionId ?? sessionId);
}

const OWNERS = { mine: ME, "another's": "ann", "nobody's": null } as const;
function belongingOf({ owner, group, tree }: Cell): Belonging {
  const me = SessionId.parse(ME);
  return {
    sessionId: tree === "itself" ? me : s1,
    owner: OWNERS[owner],
    group: group === "mine" ? day : GroupId.parse("night"),
    parentSessionId: tree === "child" ? me : tree === "grandchild" ? other : null,
    rootSessionId: tree === "child" || tree === "grandchild" ? me : null,
  };
}

const UNTIL = { never: null, later: NOW + 1, now: NOW, before: NOW - 1 } as const;
function rowsOf(cell: Cell): readonly SharingRow[] {
  const { share, scope, until, glass, owner } = cell;
  const { sessionId } = belongingOf(cell);
  const rows: SharingRow[] = [];
  if (share !== "none") {
    const level: ShareLevel | null =
      share === "takenBack" ? null : share === "viewer" ? "viewer" : "controller";
    const what = scope === "session" ? sessionId : (OWNERS[owner] ?? "");
    const id = share === "another's" ? `not ${what}` : what;
    rows.push({ kind: "share", scope, id, to: ME, level, until: UNTIL[until], by: "ann", sinceAt: NOW });
  }
  if (glass !== "none") {
    const end = glass === "over" ? NOW : NOW + 1;
    const about = glass === "elsewhere" ? other : sessionId;
    rows.push({ kind: "glass", sessionId: about, by: ME, until: end, reason: "it leaks", sinceAt: NOW });
  }
  return rows;
}

/** What holds of the share of a cell, in the words of the decision: of a row that nobody owns nothing can be shared by its owner. */
function sharedAs({ share, scope, until, owner }: Cell): ShareLevel | null {
  if (until === "now" || until === "before") return null;
  if (scope === "owner" && owner === "nobody's") return null;
  return share === "viewer" || share === "controller" ? share : null;
}

function sightBy(cell: Cell): Sight {
  if (cell.root !== "unbound") return cell.root === "its tree" ? "full" : "none";
  const isFleet = cell.visibility === "fleet";
  switch (kindOf(cell)) {
    case "house":
      return "full";
    case "host":
      return "none";
    case "claw":
      return isFleet || (cell.caller === "claw" && cell.group === "mine") ? "full" : "none";
    case "session":
      return isFleet || cell.tree === "itself" || cell.tree === "child" ? "full" : "none";
    case "person":
      if (isFleet || cell.owner === "mine" || sharedAs(cell) !== null) return "full";
      if (cell.caller === "admin") return cell.glass === "here" ? "full" : "metadata";
      return cell.caller === "auditor" ? "metadata" : "none";
  }
}

test("X1-026 sight of every cell is what the decision says", () => {
  const seen = { full: 0, metadata: 0, none: 0 };
  let count = 0;
  for (const cell of cells()) {
    count += 1;
    const shares = sharesFrom(rowsOf(cell), NOW);
    const sight = sightOf(cell.visibility as Visibility, principalOf(cell), belongingOf(cell), shares);
    if (sight !== sightBy(cell)) expect({ cell, sight }).toEqual({ cell, sight: sightBy(cell) });
    seen[sight] += 1;
    const level = cell.owner === "mine" ? "controller" : sharedAs(cell);
    const found = levelOf(ME, belongingOf(cell), shares);
    if (found !== level) expect({ cell, level: found }).toEqual({ cell, level });
  }
  expect(count).toBe(Object.values(AXES).reduce((product, words) => product * words.length, 1));
  expect(Object.values(seen).every((many) => many > 0)).toBe(true);
});

test("X1-026 F1-045 totals and lines count what the caller sees, and nothing else", () => {
  const callers = AXES.caller.map((caller) => principalOf({ caller, root: "unbound" } as Cell));
  const owned = fc.constantFrom(
    ...callers,
    ...sessionIds.map((name) => ({ ...principalOf({ caller: "session", root: "unbound" } as Cell), name })),
  );
  let hidden = 0;
  fc.assert(
    fc.property(history(60), owned, fc.constantFrom(...sessionIds), (entries, caller, shared) => {
      const store = memoryStore();
      foldInto(store, placed(entries));
      const reader = readerOn(store.db);
      const fleet = makeFleet();
      refresh(fleet, reader);
      const share = {
        kind: "share",
        scope: "session",
        id: shared,
        to: ME,
        level: "viewer",
        until: null,
        by: "x",
        sinceAt: NOW,
      } as const;
      const shares = sharesFrom([share], NOW);
      const lines = linesOf(fleet, askAt(NOW));
      const seen = lines.filter(({ belonging }) => sightOf("private", caller, belonging, shares) !== "none");
      const config = { canonicalUrl: "", productUrl: "", defaultHostCount: 0 };
      const state = fleetState(
        config,
        { isAvailable: true, policyCount: 0 },
        seen.map(({ session }) => session),
        NOW,
      );
      // Asked one by one of the rows, as a route that names one session asks.
      const ids = [
        ...reader.sessions({ includeClosed: true }, ALL).rows.map(({ sessionId }) => sessionId),
        ...reader.runtimes(ALL).rows.map(({ runtimeId }) => runtimeId),
      ];
      const open = [...new Set(ids)].filter((id) => {
        const belonging = reader.belonging(id);
        return belonging !== null && sightOf("private", caller, belonging, shares) !== "none";
      });
      expect(state.sessions.map(({ id }) => id).toSorted()).toEqual(open.toSorted());
      expect(state.totals.sessions).toBe(open.length);
      expect(Object.values(state.totals.byStatus).reduce((sum, n) => sum + n, 0)).toBe(open.length);
      hidden += lines.length - open.length;
    }),
    { numRuns: 100 * testScale },
  );
  expect(hidden).toBeGreaterThan(0);
});
