/** What somebody may have meant by an id that nobody knows. */
import { EXIT } from "@claw/runtime";
import { CommandFailed } from "../io.ts";
import { oneLine } from "../render/terminal.ts";
import { type List, readRows, Thing } from "./pages.ts";
import type { Target } from "./target.ts";

/** Ids that are told; more would be a list, and there is a command for that. */
const MOST = 3;
/** Rows that are looked through: one page. */
const ROWS = 500;

interface Source {
  readonly list: List;
  readonly ids: (thing: Thing) => readonly unknown[];
}
const source = (key: string, ids: Source["ids"], params: List["params"] = {}): Source => ({
  list: { path: `/api/${key}`, key, params },
  ids,
});
const SOURCES: Readonly<Record<string, Source>> = {
  session: source("sessions", ({ sessionId }) => [sessionId], { closed: "1" }),
  host: source("hosts", ({ hostId }) => [hostId]),
  group: source("hosts", ({ group }) => [group]),
  root: source("commands", ({ origin }) => rootsIn(origin)),
  runtime: source("runtimes", ({ runtimeId }) => [runtimeId]),
};

const rootsIn = (origin: unknown): readonly unknown[] => {
  const { rootIds } = Object(origin) as { readonly rootIds?: unknown };
  return Array.isArray(rootIds) ? rootIds : [];
};

/** The known ids of that kind that are nearest to `id`, the nearest first; none where the house does not list them: this is help, and fails nothing. */
export async function idsLike(target: Target, kind: string, id: string): Promise<readonly string[]> {
  const from = SOURCES[kind];
  if (from === undefined) return [];
  const ids = new Set<string>();
  try {
    for await (const thing of readRows(target, from.list, ROWS))
      for (const one of from.ids(thing)) if (typeof one === "string") ids.add(one);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
  }
  return nearestOf(id, [...ids]);
}

/** Fails as `asked` does; where nothing has the id that was asked for, with those that are like it. */
export async function orLike<T>(
  asked: () => T | Promise<T>,
  like: () => readonly string[] | Promise<readonly string[]>,
): Promise<T> {
  try {
    return await asked();
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.exitCode !== EXIT.notFound) throw error;
    const ids = await like();
    if (ids.length === 0) throw error;
    throw new CommandFailed(EXIT.notFound, oneLine(`${error.message} Perhaps it is ${ids.join(" or ")}.`));
  }
}

/** At most three others that begin alike, or differ in at most a third of their letters, and never in more than eight. */
export function nearestOf(id: string, ids: readonly string[]): readonly string[] {
  const far = Math.min(8, Math.max(1, Math.floor(id.length / 3)));
  return ids
    .map((one) => ({ one, distance: one.startsWith(id) ? 0 : distanceOf(id, one, far) }))
    .filter(({ one, distance }) => one !== id && distance <= far)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** Levenshtein's distance; anything beyond `far` for texts whose lengths differ by more. */
function distanceOf(one: string, other: string, far: number): number {
  if (Math.abs(one.length - other.length) > far) return far + 1;
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (const [n, letter] of [...one].entries()) {
    const next = [n + 1];
    for (const [m, meant] of [...other].entries())
      next.push(
        Math.min((next[m] ?? 0) + 1, (row[m + 1] ?? 0) + 1, (row[m] ?? 0) + (letter === meant ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
