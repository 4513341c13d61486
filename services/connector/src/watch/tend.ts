/** What one thread needs from the server, one request after the other: to be read, subscribed to, caught up with, let go. */
import {
  type CodexFault,
  type CodexFaultCode,
  readThread,
  resumeThread,
  unsubscribeThread,
} from "@claw/codex-rpc";
import { Effect } from "effect";
import { observe, spokenFor } from "../domain/session-state.ts";
import { due } from "../domain/subscription.ts";
import { isPrivate } from "../domain/title-threads.ts";
import { activityOf, describeThread } from "../domain/translate/thread.ts";
import { catchUp } from "./catch-up.ts";
import { type Desk, ignore, subscription, tellChange, type Watched } from "./desk.ts";
import { awaitRepeats, closeUnrepeated, isRepeatOver, tellQuestions } from "./questions.ts";

type Job = "read" | "subscribe" | "leave" | "catch_up" | "close_questions";
type Asking = Effect.Effect<void, CodexFault>;

/** The waits after faults, and after how many refusals a thread is left alone. */
const RETRY_MS = { first: 500, most: 60_000 } as const;
const MAX_REFUSALS = 8;

export function dueJob({ clocks }: Desk, thread: Watched): Job | null {
  const now = clocks.monoMs();
  if (now < thread.retryAt) return null;
  if (thread.needsRead) return "read";
  const wanted = due(thread.subscription, now);
  if (wanted !== null) return wanted;
  const { status, isActive } = thread.subscription;
  if (!thread.isCaughtUp && (status === "subscribed" || !isActive)) return "catch_up";
  return status === "subscribed" && isRepeatOver(thread, now) ? "close_questions" : null;
}

/** Does what is due until nothing is. A fault, even of our own, makes this thread wait and never reaches another one. */
export const tend = Effect.fnUntraced(function* (desk: Desk, thread: Watched) {
  for (let job = dueJob(desk, thread); job !== null; job = dueJob(desk, thread)) {
    const fault = yield* perform(desk, thread, job).pipe(
      Effect.as(null),
      Effect.catch(({ code }) => Effect.succeed(code)),
      Effect.catchDefect((defect) => Effect.succeed(ours(desk, defect))),
    );
    if (fault !== null) postpone(desk, thread, fault);
    else if (job !== "subscribe") thread.faults = 0;
  }
});

function perform(desk: Desk, thread: Watched, job: Job): Asking {
  switch (job) {
    case "read":
      return read(desk, thread);
    case "subscribe":
      return subscribe(desk, thread);
    case "leave":
      return leave(desk, thread);
    case "catch_up":
      return catchUp(desk, thread);
    case "close_questions":
      return Effect.sync(() => closeUnrepeated(desk, thread));
  }
}

function ours({ diagnostics, endpointId }: Desk, defect: unknown): "defect" {
  const trace = defect instanceof Error ? defect.stack : String(defect);
  diagnostics.error({ endpointId, trace }, "Watching a thread failed; it is tried again.");
  return "defect";
}

function postpone(desk: Desk, thread: Watched, code: CodexFaultCode | "defect"): void {
  if (code === "draining") desk.draining();
  thread.faults += 1;
  const wait = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(thread.faults - 1, 10));
  thread.retryAt = desk.clocks.monoMs() + wait;
  if (code === "rejected" && thread.faults >= MAX_REFUSALS) ignore(desk, thread.threadId);
}

const read = Effect.fnUntraced(function* (desk: Desk, thread: Watched) {
  const heardBefore = thread.statusHeard;
  const found = yield* readThread(desk.connection, thread.threadId);
  if (isPrivate(found)) return ignore(desk, thread.threadId);
  const git = desk.isLocal ? yield* desk.readGit(found.cwd) : null;
  // What was heard while the answer was on its way is newer than the answer.
  const isNewest = thread.statusHeard === heardBefore;
  const activity = isNewest ? activityOf(found.status, desk.redaction.scrub) : thread.activity;
  const seen = describeThread(found, desk, git, desk.redaction.scrub);
  const known = desk.outbox.session(thread.sessionId);
  const spoken = known === null ? null : spokenFor(known, desk.endpointId, activity);
  const isAnothers = known !== null && spoken === null;
  const isTold =
    isAnothers || tellChange(desk, thread, observe(spoken, seen, activity, desk.clocks.wallMs()));
  thread.needsRead = !isTold;
  if (isTold) tellQuestions(desk, thread);
  if (!isTold) thread.retryAt = desk.clocks.monoMs() + RETRY_MS.most;
  if (isNewest) subscription(desk, thread, { type: "activity", isActive: activity?.type === "active" });
});

/** A refusal is ordinary: a thread cannot be subscribed to before its first turn has written something down. */
const subscribe = (desk: Desk, thread: Watched): Asking => {
  subscription(desk, thread, { type: "asking" });
  return resumeThread(desk.connection, thread.threadId).pipe(
    Effect.tapError(() => Effect.sync(() => subscription(desk, thread, { type: "refused" }))),
    Effect.catchIf(
      ({ code }) => code === "rejected",
      () => Effect.succeed(null),
    ),
    Effect.map((resumed) => {
      if (resumed === null) return;
      subscription(desk, thread, { type: "subscribed" });
      awaitRepeats(desk, thread);
    }),
  );
};

const leave = (desk: Desk, thread: Watched): Asking => {
  subscription(desk, thread, { type: "leaving" });
  return unsubscribeThread(desk.connection, thread.threadId).pipe(
    Effect.tapError(() => Effect.sync(() => subscription(desk, thread, { type: "stayed" }))),
    Effect.map(() => subscription(desk, thread, { type: "left" })),
  );
};
