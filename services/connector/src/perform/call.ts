/** The claim, the one call, and what follows from its answer or from the lack of one. */
import { type CodexFault, didNothing } from "@claw/codex-rpc";
import { Effect } from "effect";
import { type Call, claim, type CommandRow } from "../domain/fence.ts";
import { turnIdOf } from "../domain/names.ts";
import { callCodex, cleanUp, type TurnCall } from "./codex.ts";
import { investigate } from "./investigate.ts";
import { leftMs, type Place } from "./tools.ts";
import { afterRefusal, end, isForsaken, rule, type Step, type Work } from "./work.ts";

/**
 * Two rounds of the event loop: all that lay in the uplink's socket when they began is read by their end. A connector that was stopped for a moment wakes with
 * Codex's answer in one socket and a kill switch's recall in another, and either may be read first.
 */
export const heardAll = Effect.callback<void>((resume) => {
  setImmediate(() => setImmediate(() => resume(Effect.void)));
});

/** An interruption is never taken back, and waits for nobody. */
export const claimAndCall = (work: Work, place: Place, call: TurnCall): Step =>
  call.mode === "interrupt"
    ? claimed(work, place, call)
    : Effect.andThen(
        heardAll,
        Effect.suspend(() => claimed(work, place, call)),
      );

/**
 * Nothing lies between the claim and the call but the disk; where that took too long, nothing is called either. A send waits for an interruption that is
 * being called, and then looks at the thread again.
 */
function claimed(work: Work, place: Place, call: TurnCall): Step {
  const first =
    call.mode === "interrupt" ? null : work.tools.interrupts.inTheWay(work.order.instruction.sessionId);
  if (first !== null) return Effect.as(first, "at_once");
  const row = claimNow(work, call);
  if (row === "look_again") return Effect.succeed("at_once");
  if (row === "no_room") return Effect.succeed(refuseForRoom(work));
  return callCodex(place, call, work.order.commandId, work.order.text ?? "").pipe(
    Effect.matchEffect({
      onSuccess: (turnId) => afterAnswer(work, place, row, turnId),
      onFailure: (fault) => afterFault(work, place, row, fault),
    }),
  );
}

/** Writes down that Codex is about to be called, if the law allows it now. */
export function claimNow(work: Work, call: Call): CommandRow | "look_again" | "no_room" {
  const { order, tools } = work;
  const { commands } = tools.outbox;
  if (isForsaken(work) || rule(work).type !== "perform") return "look_again";
  // Nothing may begin of which nothing could be told; it is asked for again until its time is over.
  if (work.row === null && !commands.hasRoom()) return "no_room";
  const { commandId, instruction } = order;
  const writes = claim(commands.kept(commandId, instruction.sessionId), order, call);
  commands.write(writes);
  tools.interrupts.began(writes.row);
  work.row = writes.row;
  return leftMs(tools, order) > 0 ? writes.row : "look_again";
}

/** Nothing may begin of which nothing could be told. */
export function refuseForRoom({ tools, order: { commandId } }: Work): null {
  tools.diagnostics.warn({ part: "commands", commandId }, "The outbox is full: the command is not begun.");
  return null;
}

function afterAnswer(work: Work, place: Place, row: CommandRow, replied: string | null): Step {
  const { call } = row;
  if (call === null || call.turnId === null)
    return Effect.as(investigate(work.tools, row, replied, work.said), null);
  const turnId = turnIdOf(call.turnId);
  end(work, { type: "command.succeeded", mode: call.mode, turnId });
  return call.mode === "interrupt" ? Effect.as(tidy(work, place, call.turnId), null) : Effect.succeed(null);
}

/** The turn is over either way; what lives on is written down where developers look. */
const tidy = ({ tools, order: { commandId } }: Work, place: Place, turnId: string): Effect.Effect<void> =>
  Effect.catch(cleanUp(place, turnId), ({ code }) =>
    Effect.sync(() =>
      tools.diagnostics.warn(
        { part: "commands", commandId, code },
        "The commands of an interrupted turn may live on.",
      ),
    ),
  );

function afterFault(work: Work, place: Place, row: CommandRow, fault: CodexFault): Step {
  return didNothing(fault)
    ? Effect.succeed(afterRefusal(work, place, fault))
    : Effect.as(investigate(work.tools, row, null, work.said), null);
}
