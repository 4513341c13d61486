/** How a cell of a table is read from a thing. What the API does not give is a dash. */
import type { Thing } from "../client/pages.ts";
import { ageSince, inTime } from "./age.ts";
import type { Column } from "./table.ts";

/** The value at a path such as `freshness.state`, or undefined. */
export function at(thing: Thing, path: string): unknown {
  let value: unknown = thing;
  for (const key of path.split("."))
    value = typeof value === "object" && value !== null ? (value as Thing)[key] : undefined;
  return value;
}

/** A value as a cell shows it. */
export const text = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(text).join(",")
    : value === null || value === undefined
      ? "-"
      : String(value);

/** The value at a path. */
export const column = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => text(at(thing, path)),
  ...more,
});
/** How long ago the time at a path was. */
export const age = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing, nowMs) => ageSince(at(thing, path), nowMs),
  ...more,
});
/** How long it is until the time at a path. */
export const ahead = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing, nowMs) => inTime(at(thing, path), nowMs),
  ...more,
});
/** A figure with one digit behind the point. */
export const rounded = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => {
    const value = at(thing, path);
    return typeof value === "number" ? value.toFixed(1) : "-";
  },
  ...more,
});
/** Of a column that `-o wide` adds. */
export const wide = { isWide: true } as const;

/** A principal in a few letters: what it is, and which. */
export const principalOf = (thing: Thing, path: string): string =>
  at(thing, path) === undefined || at(thing, path) === null
    ? "-"
    : `${text(at(thing, `${path}.kind`))}/${text(at(thing, `${path}.name`))}`;

/** Who it was. */
export const principal = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => principalOf(thing, path),
  ...more,
});
