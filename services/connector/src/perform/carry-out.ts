/**
 * Carries one command out: rule, look, plan, claim, call, and say what became of it (DESIGN 6.2, steps 8 and 9). Everything up to the claim may be
 * given up without a trace; from the claim on, the command is this host's to answer for.
 */
import { refusalOf } from "@claw/codex-rpc";
import type { Act, RefusalCode, TurnAct } from "@claw/events";
import type { Outcome } from "../domain/fence.ts";
import { Effect } from "effect";
import { type Obstacle, PATIENCE_MS, pauseMs } from "../domain/patience.ts";
import { mayBegin, plan, type Plan, type Seen } from "../domain/plan.ts";
import { claimAndCall } from "./call.ts";
import { see } from "./codex.ts";
import { investigate } from "./investigate.ts";
import { load, type Loaded } from "./load.ts";
import { resume } from "./resume.ts";
import { remember } from "./search.ts";
import { spawn } from "./spawn.ts";
import { finishSpawn } from "./finish-spawn.ts";
import { type ActingTools, leftMs, type Order, type Place, placeOf } from "./tools.ts";
import {
  afterRefusal,
  type Again,
  end,
  failed,
  givesUp,
  isForsaken,
  obstructed,
  rule,
  type Step,
  type Work,
} from "./work.ts";

/** Ends when its outcome is told, when nothing is to be told, or when nothing more can be found out. `said` runs as soon as something was told. */
export const carryOut = Effect.fnUntraced(function* (tools: ActingTools, order: Order, said: () => void) {
  // The rest leaves no mark, and names what it is about: a second one hits nothing else.
  const isRemembered =
    !MARKED.has(order.instruction.act.kind) || !tools.outbox.commands.mayHaveForgotten(leftMs(tools, order));
  const fresh = { since: new Map(), row: null, isSure: false, looks: 0, key: null, isKeyBound: false };
  const work: Work = { tools, order, said, isRemembered, ...fresh };
  for (;;) {
    const again: Again | null = yield* step(work);
    if (again === null) return;
    if (again === "at_once") continue;
    if (givesUp(work, again)) return yield* resolveLater(work);
    yield* Effect.sleep(pauseMs(work.looks));
    work.looks += 1;
  }
});

/** What was said to be unknown is looked for when the obstacle is gone. */
const resolveLater = ({ tools, order, said }: Work): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { row } = tools.outbox.commands.kept(order.commandId, order.instruction.sessionId);
    if (row?.phase !== "unknown") return Effect.void;
    return row.act.kind === "spawn"
      ? finishSpawn(tools, row, () => order, said)
      : investigate(tools, row, null, said);
  });

const step = (work: Work): Effect.Effect<Again | null> =>
  Effect.suspend(() => {
    const ruling = rule(work);
    if (ruling.type === "nothing" || isForsaken(work)) return Effect.succeed(null);
    if (ruling.type === "investigate") {
      work.tools.interrupts.began(ruling.row);
      const { tools, order, said } = work;
      const search =
        ruling.row.act.kind === "spawn"
          ? finishSpawn(tools, ruling.row, () => order, said)
          : investigate(tools, ruling.row, null, said);
      return Effect.as(search, null);
    }
    if (ruling.type === "decline" && work.isRemembered) return Effect.succeed(decline(work, ruling.outcome));
    const { endpointId } = work.order.instruction;
    const desk = work.tools.desks.get(endpointId);
    if (desk === undefined) return Effect.succeed(obstructed("endpoint_lost"));
    return Effect.catch(perform(work), (fault) => Effect.sync(() => afterRefusal(work, { desk }, fault)));
  });

/** Without a way to the house's MCP server, that is why nothing was begun in time, and not the clock. */
const decline = (work: Work, outcome: Outcome): null => {
  const isWaiting = outcome.type === "command.expired" && work.row === null;
  return isWaiting && work.since.has("mcp_unreachable")
    ? failed(work, "mcp_unreachable", { reason: "no_access" })
    : end(work, outcome);
};

/** What each kind of act takes. */
function perform(work: Work): Step {
  const { act } = work.order.instruction;
  if (act.kind === "spawn") return spawn(work);
  const place = placeOf(work.tools, work.order.instruction);
  if (typeof place === "string") return Effect.succeed(obstructed(place));
  if (act.kind === "resume") return resume(work, place);
  // Questions have a way of their own (`answer.ts`).
  if (act.kind === "answer") return Effect.succeed(null);
  return work.isRemembered
    ? Effect.flatMap(see(place), (seen) => go(work, place, act, seen))
    : recollect(work, place);
}

/** What these bring forth bears the command's mark, so that it can be found again. */
const MARKED: ReadonlySet<Act["kind"]> = new Set<Act["kind"]>(["send", "spawn"]);

/** A thread that has nothing yet holds no mark either. */
const recollect = (work: Work, place: Place): Step =>
  remember(place, work.order).pipe(
    Effect.catchIf(
      (fault) => refusalOf(fault) !== null,
      () => Effect.succeed(null),
    ),
    Effect.map((outcome) => {
      work.isRemembered = true;
      return outcome === null ? "at_once" : end(work, outcome);
    }),
  );

/** A turn is active some tens of milliseconds after it was asked for. */
const SECOND_LOOK_MS = 100;

function go(work: Work, place: Place, act: TurnAct, seen: Seen): Step {
  if (!work.isSure && mayBegin(seen)) {
    work.isSure = true;
    return Effect.delay(Effect.succeed("at_once"), SECOND_LOOK_MS);
  }
  const planned = plan(act, seen);
  switch (planned.type) {
    case "fail":
      return Effect.succeed(failAsPlanned(work, planned));
    case "start":
      return planned.isLoaded
        ? claimAndCall(work, place, { mode: "start", turnId: null, after: seen.newest?.turnId ?? null })
        : Effect.map(load(work.tools, place, work), (loaded) => afterLoad(work, loaded));
    case "steer":
    case "interrupt":
      return claimAndCall(work, place, { mode: planned.type, turnId: planned.turnId, after: null });
  }
}

function afterLoad(work: Work, loaded: Loaded): Again | null {
  if (loaded.type === "loaded") return "at_once";
  const { reason, isFinal } = loaded;
  return isFinal ? failed(work, "mcp_unreachable", { reason }) : obstructed("mcp_unreachable", { reason });
}

function failAsPlanned(work: Work, { outcome, mayChange }: Extract<Plan, { type: "fail" }>) {
  return mayChange && outcome.type === "command.failed" && isObstacle(outcome.code)
    ? obstructed(outcome.code, outcome.facts)
    : end(work, outcome);
}

const isObstacle = (code: RefusalCode): code is Obstacle => Object.hasOwn(PATIENCE_MS, code);
