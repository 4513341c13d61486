/**
 * Makes a thread that works by itself (S1-104…S1-110): checks what the house chose, claims, and asks Codex for the thread, once. What follows, and all that
 * a crash leaves, is `finish-spawn.ts`.
 */
import {
  type CodexFault,
  didNothing,
  forkThread,
  refusalOf,
  startThread,
  type Thread,
} from "@claw/codex-rpc";
import { markOf, type SpawnAct } from "@claw/events";
import { Effect } from "effect";
import { claim, type CommandRow } from "../domain/fence.ts";
import { isMcpFailure, mcpConfig } from "../domain/mcp-config.ts";
import { forgotten, threadAsked } from "../domain/spawn.ts";
import { checkWorkspace } from "../surroundings/workspaces.ts";
import type { Desk } from "../watch/desk.ts";
import { claimNow, heardAll, refuseForRoom } from "./call.ts";
import { findSpawned } from "./find-spawned.ts";
import { bindThread } from "./bind-spawn.ts";
import { finishSpawn } from "./finish-spawn.ts";
import { reasonOf, subscribed } from "./load.ts";
import { type Access, accessFor } from "./tools.ts";
import { afterRefusal, failed, obstructed, rule, type Step, type Work } from "./work.ts";

/** What the command carries while it waits for its turn. */
const actOf = ({ order }: Work): SpawnAct => order.instruction.act as SpawnAct;

export function spawn(work: Work): Step {
  const desk = work.tools.desks.get(work.order.instruction.endpointId);
  if (desk === undefined) return Effect.succeed(obstructed("endpoint_lost"));
  return work.isRemembered ? begin(work, desk) : recollect(work, desk);
}

const begin = Effect.fnUntraced(function* (work: Work, desk: Desk): Effect.fn.Return<StepResult, CodexFault> {
  const { tools } = work;
  const { placement } = tools.house();
  if (placement !== null && placement !== "open") return failed(work, "host_not_open", { placement });
  // The folders of a server elsewhere are not this machine's to look at.
  if (!desk.isLocal) return failed(work, "workspace_not_allowed", { reason: "remote_endpoint" });
  const wanted = yield* workspaceOf(work);
  if (!wanted.ok) return failed(work, wanted.problem);
  const access = accessFor(tools, work.key);
  if (typeof access === "string") return obstructed("mcp_unreachable", { reason: access });
  work.key = access.key;
  yield* heardAll;
  const row = claimNow(work, threadAsked(access.key.id));
  if (row === "look_again") return "at_once";
  if (row === "no_room") return refuseForRoom(work);
  const workspace = yield* workspaceOf(work);
  if (!workspace.ok) return failed(work, workspace.problem);
  // The folder was looked at on a disk that may be slow: a halt, or the end of its time, may have come meanwhile.
  if (rule(work).type !== "perform") return "at_once";
  return yield* ask(work, desk, workspace.value, access).pipe(
    Effect.matchEffect({
      onSuccess: (thread) => follow(work, desk, row, thread),
      onFailure: (fault) => afterFault(work, desk, row, fault),
    }),
  );
});

/**
 * Looked at once before anything is written down, and once more right before Codex is asked, because links can be laid meanwhile; Codex gets the path without links
 * that was compared the second time. A folder on that path that is replaced by a link after that is out of reach: Codex takes a path, and looks it up again itself
 * for each command. Only the operating system closes that, by letting nobody whom the operator does not trust rename anything in the roots.
 */
const workspaceOf = (work: Work) =>
  Effect.promise(() => checkWorkspace(actOf(work).workspace, work.tools.roots));

type StepResult = Effect.Success<Step>;

function ask(work: Work, { connection }: Desk, cwd: string, access: Access) {
  const { settings, forkOf } = actOf(work);
  const params = {
    cwd,
    threadSource: markOf(work.order.commandId),
    config: { ...mcpConfig(access) },
    ...(settings.model !== null && { model: settings.model }),
    ...(settings.sandbox !== null && { sandbox: settings.sandbox }),
    ...(settings.approvalPolicy !== null && { approvalPolicy: settings.approvalPolicy }),
  };
  if (forkOf === null) return startThread(connection, params);
  const threadId = work.tools.outbox.session(forkOf)?.threadId ?? forkOf;
  return forkThread(connection, { threadId, ...params });
}

/** The thread is there, and subscribed to by having been made. */
function follow(work: Work, desk: Desk, row: CommandRow, thread: Thread): Step {
  const { tools, order, said } = work;
  const bound = bindThread(tools, desk, row, thread);
  if (bound !== null) subscribed({ desk, threadId: thread.id });
  return Effect.as(
    finishSpawn(tools, bound ?? row, () => order, said),
    null,
  );
}

function afterFault(work: Work, desk: Desk, row: CommandRow, fault: CodexFault): Step {
  const { tools, order, said } = work;
  if (!didNothing(fault))
    return Effect.as(
      finishSpawn(tools, row, () => order, said),
      null,
    );
  if (isMcpFailure(fault))
    return Effect.succeed(failed(work, "mcp_unreachable", { reason: reasonOf({ desk }, fault.message) }));
  if (refusalOf(fault)?.kind === "thread_unknown") return Effect.succeed(failed(work, "thread_vanished"));
  return Effect.succeed(afterRefusal(work, { desk }, fault));
}

/** For an outbox that may have forgotten the command: its thread would bear its mark. Nothing is called for it any more, so no law has to allow it. */
const recollect = (work: Work, desk: Desk): Step =>
  Effect.flatMap(findSpawned(work.tools, desk, { ...work.order, act: actOf(work) }, true), (thread) => {
    const { tools, order, said } = work;
    work.isRemembered = true;
    if (thread === null) return Effect.succeed("at_once" as const);
    const { commands } = tools.outbox;
    const writes = claim(commands.kept(order.commandId, order.instruction.sessionId), order, forgotten);
    commands.write(writes);
    return Effect.as(
      finishSpawn(tools, writes.row, () => order, said),
      null,
    );
  });
