/** The fleet in one look, as the house shows it, and the filters that a list of it is narrowed by. */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { timeOf } from "../render/age.ts";
import { at } from "../render/columns.ts";
import { get } from "./http.ts";
import { Thing } from "./pages.ts";
import type { Target } from "./target.ts";

const Fleet = z.looseObject({ sessions: z.array(Thing) });
export type Fleet = z.infer<typeof Fleet>;

/** Asks for the whole fleet, once. Fails (`CommandFailed`) where the answer is none. */
export async function readFleet(target: Target): Promise<Fleet> {
  const read = z.object({ fleet: Fleet }).safeParse(await get(target, "/api/fleet"));
  if (read.success) return read.data.fleet;
  throw new CommandFailed(EXIT.fault, "The server's answer is no fleet: is CLAW_URL a Claw Supervisor?");
}

/** The checkpoints of one session, the newest first; those that the house counts and does not list are not among them. */
export const checkpointsIn = (ofSession: Thing): readonly Thing[] => {
  const { newest, sessionId } = ofSession;
  if (!Array.isArray(newest)) return [];
  return newest.map((one) => ({ sessionId, ...(one as Thing) })).toReversed();
};

/** What a list is narrowed by here, where the house's own list has no such filter. */
export interface Narrow {
  readonly host?: string;
  readonly repo?: string;
  readonly owner?: string;
  readonly state?: string;
  readonly group?: string;
  readonly runtime?: string;
  readonly session?: string;
  /** True: whatever needs attention. */
  readonly attention?: string | true;
  /** Made at least so long ago, in ms. */
  readonly age?: number;
}

/** Where each filter finds its value; the first name that a thing has counts. */
const PATHS: Readonly<Record<Exclude<keyof Narrow, "attention" | "age">, readonly string[]>> = {
  host: ["hostId", "host"],
  repo: ["repo", "githubRepo"],
  owner: ["owner"],
  state: ["status"],
  group: ["group"],
  runtime: ["runtime"],
  session: ["sessionId"],
};
const NAMES = Object.keys(PATHS) as (keyof typeof PATHS)[];

const BORN = ["createdAt", "registeredAt", "archivedAt", "madeAt"];

/** Whether a thing is meant. What has no age is none of that age. */
export function isMeant(narrow: Narrow, thing: Thing, nowMs: number): boolean {
  const { attention, age } = narrow;
  for (const name of NAMES)
    if (narrow[name] !== undefined && valueOf(thing, PATHS[name]) !== narrow[name]) return false;
  if (attention !== undefined && !isNeeded(at(thing, "attention"), attention)) return false;
  return age === undefined || nowMs - timeOf(valueOf(thing, BORN)) >= age;
}

const valueOf = (thing: Thing, paths: readonly string[]): unknown =>
  paths.map((path) => at(thing, path)).find((value) => value !== undefined && value !== null) ?? null;

const isNeeded = (kinds: unknown, wanted: string | true): boolean =>
  Array.isArray(kinds) && (wanted === true ? kinds.length > 0 : kinds.includes(wanted));

/** The first `most` of those that are meant. */
export async function* meantOf(
  things: AsyncIterable<Thing>,
  isMeant: (thing: Thing) => boolean,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Thing> {
  let left = most;
  for await (const thing of things) {
    if (left <= 0) return;
    if (!isMeant(thing)) continue;
    left -= 1;
    yield thing;
  }
}
