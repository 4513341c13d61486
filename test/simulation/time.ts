/** How time passes in the parts: what is planned in one dies with it, and messages between them are lost, doubled and late. */
import { plan } from "./schedule.ts";
import { BEGINS_AT, type Part, type World } from "./state.ts";

export const now = ({ schedule }: World): number => schedule.nowMs;

const STORY_LINES = 120;

export function tell(world: World, line: string): void {
  world.story.push(`${((now(world) - BEGINS_AT) / 1_000).toFixed(3)} ${line}`);
  if (world.story.length > STORY_LINES) world.story.shift();
}

/** Runs later in that part: never if it died before, and only after it woke if it is paused. */
export function later(world: World, part: Part, inMs: number, run: () => void): void {
  const { life } = part;
  const go = (): void => {
    if (part.life === null || part.life !== life) return;
    if (part.pausedUntilMs > now(world)) return plan(world.schedule, part.pausedUntilMs, go);
    run();
    part.ranAtMs = now(world);
  };
  plan(world.schedule, now(world) + inMs, go);
}

/** Again and again, with a little disorder, for as long as the part lives. */
export function every(world: World, part: Part, ms: number, run: () => void): void {
  later(world, part, world.random.between(ms / 2, ms * 1.5), () => {
    run();
    every(world, part, ms, run);
  });
}

/** A message to a part: it may be lost, come twice, and be overtaken. */
export function send(world: World, to: Part, run: () => void): void {
  const { random, weather } = world;
  if (random.chance(weather.lossy)) return;
  const delayMs = (): number =>
    random.chance(0.8) ? random.between(1, 20) : random.between(1, Math.max(1, weather.slowMs));
  later(world, to, delayMs(), run);
  if (random.chance(weather.doubling)) later(world, to, delayMs(), run);
}

/** Kills a part; `begin` is what its next life does first. */
export function kill(world: World, part: Part, downMs: number, begin: () => void): void {
  if (part.life === null) return;
  part.life = null;
  part.pausedUntilMs = 0;
  tell(world, `${part.name} dies`);
  plan(world.schedule, now(world) + downMs, () => {
    part.lives += 1;
    part.life = part.lives;
    part.ranAtMs = now(world);
    tell(world, `${part.name} starts again`);
    begin();
  });
}

export function pause(world: World, part: Part, ms: number): void {
  part.pausedUntilMs = Math.max(part.pausedUntilMs, now(world) + ms);
  tell(world, `${part.name} is paused for ${ms} ms`);
}
