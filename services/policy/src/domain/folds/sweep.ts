/**
 * Sweeps out what is over, so that the house is bounded by what goes on and not by what ever went on. By the events' own times, so that every fold of the
 * same lane sweeps the same. Only decisions sweep: what the leader says by itself (`due`) must not take away what is due beside it.
 */
import { isFull } from "../bucket.ts";
import { sizeOfKey } from "../charges.ts";
import { limitOf } from "../limit.ts";
import type { House } from "../state.ts";
import { sweptAnswers } from "./answers.ts";
import { sweptRuntimes } from "./registry.ts";
import { sweptSpawns } from "./spawns.ts";
import { isCalm } from "./tempers.ts";

/** How often, in ms of the events' time. At the highest rates a sweep looks at some tens of thousands of rows. */
const EVERY_MS = 60_000;
/** The longest that a command may wait for its host (`deadlineMs`), and a minute for its host to say what became of it. */
const LAST_WORD_MS = 660_000;

/**
 * How long commands, roots and desks are kept after their last word: longer than a cause may go on, so that what still comes from it finds it. A turn that
 * outlives it is refused for the commands that nobody knows any more (`causeOf`).
 */
export const keptMs = (house: Pick<House, "limits">): number => limitOf(house, "root_wall_ms") + LAST_WORD_MS;

/** A clock that jumped, either way, sweeps as well: no bound may hang on it. */
export function swept(house: House, at: number): House {
  return Math.abs(at - house.sweptAt) < EVERY_MS ? house : sweep(house, at);
}

function sweep(house: House, at: number): House {
  const since = at - keptMs(house);
  let { counterFloor } = house;
  const desks = house.desks.filter((desk) => {
    if (desk.lease !== null || desk.at >= since) return true;
    counterFloor = Math.max(counterFloor, desk.token?.counter ?? 0);
    return false;
  });
  return {
    ...house,
    desks,
    counterFloor,
    commands: house.commands.filter((command) => command.at >= since),
    roots: house.roots.filter((root) => root.lastAt >= since),
    ...sweptSpawns(house, at),
    ...sweptRuntimes(house, at),
    answers: sweptAnswers(house, at),
    buckets: house.buckets.filter((bucket, key) => !isFull(bucket, sizeOfKey(house, key), at)),
    tempers: house.tempers.filter((temper) => !isCalm(temper, at)),
    sweptAt: at,
  };
}
