/** How lists stand: sorted, held still, moved through, found in. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shownColumns, templateOf } from "../src/ui/columns.ts";
import { type SortValue, sortedBy, steadied } from "../src/ui/order.ts";
import { type Finding, findIn, piecesOf } from "../src/shell/find.ts";

interface Row {
  readonly id: string;
  readonly value: SortValue;
}
const columns = [{ id: "value", by: ({ value }: Row) => value }];
const rows = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), value: fc.option(fc.integer()) }), {
  selector: ({ id }) => id,
});

describe("order", () => {
  test("what has no value stands last either way, nothing is lost, ties stay", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (some, desc) => {
        const sorted = sortedBy<Row>(some, columns, { id: "value", desc });
        expect(new Set(sorted)).toEqual(new Set(some));
        const values = sorted.map(({ value }) => value);
        const known = values.filter((value) => typeof value === "number");
        expect(values.slice(0, known.length)).toEqual(known.toSorted((a, b) => (desc ? b - a : a - b)));
      }),
    );
  });

  test("nobody sorts: as they came", () => {
    const some = [
      { id: "b", value: 2 },
      { id: "a", value: 1 },
    ];
    expect(sortedBy<Row>(some, columns, null)).toBe(some);
    expect(sortedBy<Row>(some, columns, { id: "nothing", desc: false })).toBe(some);
  });

  test("a list that is held does not move: what left is gone, what came waits and is counted", () => {
    const some = [
      { id: "c", value: 3 },
      { id: "b", value: 2 },
      { id: "a", value: 1 },
    ];
    const idOf = ({ id }: Row) => id;
    expect(steadied<Row>(some, idOf, null)).toEqual({ rows: some, waiting: 0 });
    const { rows: held, waiting } = steadied<Row>(some, idOf, ["a", "gone", "b"]);
    expect([held.map(idOf), waiting]).toEqual([["a", "b"], 1]);
  });
});

test("columns fold away in a narrow window, never on a phone, and never those that are fixed", () => {
  const all = [
    { id: "lead", head: "", width: "1fr", cell: () => null, isFixed: true },
    { id: "owner", head: "", width: "28px", cell: () => null, from: 1_400 },
    { id: "logs", head: "", width: "68px", cell: () => null },
  ];
  const ids = (hidden: readonly string[], px: number) =>
    shownColumns(all, new Set(hidden), px).map(({ id }) => id);
  expect(ids([], 1_440)).toEqual(["lead", "owner", "logs"]);
  expect(ids([], 1_200)).toEqual(["lead", "logs"]);
  expect(ids([], 375)).toEqual(["lead", "owner", "logs"]);
  expect(ids(["lead", "logs"], 1_440)).toEqual(["lead", "owner"]);
  expect(templateOf(all)).toBe("1fr 28px 68px");
});

describe("find or run", () => {
  const finding = (id: string, group: Finding["group"], name: string, about = ""): Finding => ({
    id,
    group,
    name,
    about,
    glyph: "search",
    run: () => undefined,
  });
  const all = [
    finding("s1", "Sessions", "Resume large uploads", "tern/checkout"),
    finding("s2", "Sessions", "Uploads idempotent", "tern/checkout"),
    finding("h1", "Hosts", "fra-01", "live"),
    finding("p1", "Go to", "Hosts", "hosts"),
    finding("k1", "Here", "Filter"),
  ];
  const found = (asked: string) =>
    findIn(all, asked).map(({ group, findings }) => [group, findings.map(({ id }) => id)]);

  test("the beginning of a name goes before its middle, every word has to be somewhere", () => {
    expect(found("upl")).toEqual([["Sessions", ["s2", "s1"]]]);
    expect(found("upl tern")).toEqual([["Sessions", ["s2", "s1"]]]);
    expect(found("upl nowhere")).toEqual([]);
  });

  test("a first character narrows it", () => {
    expect(found(":")).toEqual([["Go to", ["p1"]]]);
    expect(found("#fra")).toEqual([["Hosts", ["h1"]]]);
    expect(found(">fil")).toEqual([["Here", ["k1"]]]);
  });

  test("pieces are the whole name, with what was typed apart", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, asked) => {
        expect(
          piecesOf(name, asked)
            .map(({ text }) => text)
            .join(""),
        ).toBe(name);
      }),
    );
    expect(piecesOf("Make uploads", "upl")).toEqual([
      { text: "Make ", isHit: false },
      { text: "upl", isHit: true },
      { text: "oads", isHit: false },
    ]);
  });
});
