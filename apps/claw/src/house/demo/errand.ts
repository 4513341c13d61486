/** The demo's session of its own: spawned by the house, it calls back over MCP and says how far it is. */
import { EXIT } from "@claw/runtime";
import { Effect, Schedule } from "effect";
import { answerOf, ask } from "../../client/ask.ts";
import { readRows, type Thing } from "../../client/pages.ts";
import type { Target } from "../../client/target.ts";
import { CommandFailed } from "../../io.ts";
import { errand } from "./work.ts";

const SOON = { schedule: Schedule.spaced("200 millis"), times: 100 } as const;

/** Asks for it as soon as the host has said in which folders it may be. A demo goes on without it, and says why. */
export const sendOnErrand = (target: Target, workspace: string): Effect.Effect<void> =>
  Effect.andThen(
    Effect.retry(
      attempt(() => mustBeReady(target)),
      SOON,
    ),
    attempt(() => spawn(target, workspace)),
  ).pipe(
    Effect.catch((why) =>
      Effect.sync(() => void process.stderr.write(`No session was spawned: ${why.message}\n`)),
    ),
  );

/** What a house or a network says is a `CommandFailed`; anything else is a bug and ends the demo. */
const attempt = (work: () => Promise<void>): Effect.Effect<void, CommandFailed> =>
  Effect.catchIf(
    Effect.tryPromise({ try: work, catch: (error) => error }),
    (error) => !(error instanceof CommandFailed),
    (error) => Effect.die(error),
  ) as Effect.Effect<void, CommandFailed>;

/** It needs a folder, and an app-server that can be reached. */
async function mustBeReady(target: Target): Promise<void> {
  const hasOne = async (key: string, isOne: (thing: Thing) => boolean): Promise<boolean> => {
    for await (const thing of readRows(target, { path: `/api/${key}`, key, params: {} }))
      if (isOne(thing)) return true;
    return false;
  };
  const hasFolder = await hasOne(
    "hosts",
    ({ workspaceRoots: roots }) => Array.isArray(roots) && roots.length > 0,
  );
  if (hasFolder && (await hasOne("endpoints", ({ state }) => state === "ready"))) return;
  throw new CommandFailed(
    EXIT.refused,
    "the host names no folder for it, or its app-server cannot be reached.",
  );
}

async function spawn(target: Target, workspace: string): Promise<void> {
  const { says: text, purpose } = errand;
  answerOf(target, await ask(target, { type: "session.spawn", workspace, text, purpose }));
}
