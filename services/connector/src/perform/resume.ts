/** Puts a thread back into memory without a turn (S1-162). Repeating it changes nothing. */
import { type CodexFault, didNothing, readThread, refusalOf } from "@claw/codex-rpc";
import { Effect } from "effect";
import { claimNow, heardAll, refuseForRoom } from "./call.ts";
import { investigate } from "./investigate.ts";
import { load, type Loaded } from "./load.ts";
import type { Place } from "./tools.ts";
import { type Again, afterRefusal, end, failed, obstructed, type Step, type Work } from "./work.ts";

export const resume = (work: Work, place: Place): Step =>
  readThread(place.desk.connection, place.threadId).pipe(
    Effect.flatMap(({ status }) =>
      status.type === "notLoaded"
        ? Effect.andThen(
            heardAll,
            Effect.suspend(() => putBack(work, place)),
          )
        : Effect.succeed(done(work)),
    ),
    Effect.catchIf(isUnknown, () => Effect.succeed(failed(work, "thread_vanished"))),
  );

const isUnknown = (fault: CodexFault): boolean => refusalOf(fault)?.kind === "thread_unknown";

const done = (work: Work): null => end(work, { type: "command.succeeded", mode: "resume", turnId: null });

function putBack(work: Work, place: Place): Step {
  const row = claimNow(work, { mode: "resume", turnId: null, after: null });
  if (row === "look_again") return Effect.succeed("at_once");
  if (row === "no_room") return Effect.succeed(refuseForRoom(work));
  return load(work.tools, place, work).pipe(
    Effect.map((loaded) => afterLoad(work, loaded)),
    Effect.catch((fault): Step => {
      if (isUnknown(fault)) return Effect.succeed(failed(work, "thread_vanished"));
      return didNothing(fault)
        ? Effect.succeed(afterRefusal(work, place, fault))
        : Effect.as(investigate(work.tools, row, null, work.said), null);
    }),
  );
}

function afterLoad(work: Work, loaded: Loaded): Again | null {
  if (loaded.type === "loaded") return done(work);
  const { reason, isFinal } = loaded;
  return isFinal ? failed(work, "mcp_unreachable", { reason }) : obstructed("mcp_unreachable", { reason });
}
