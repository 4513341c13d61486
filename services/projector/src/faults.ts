/** How projecting fails. A fault that passes is waited for; one that does not ends projecting, and health says why. */
import type { LogUnavailable } from "@claw/eventlog";
import { ViewsRefused } from "@claw/views";
import { isStorageError } from "@claw/views";
import { Data, Effect } from "effect";

/** The views file cannot be read or written now. `code` is SQLite's. */
export class ViewsUnavailable extends Data.TaggedError("ViewsUnavailable")<{
  readonly code: string;
  readonly retry: "later" | "never";
}> {}

/** Projecting must not go on: the log lost its tail, or so much cannot be folded that the fault is ours. */
export class ProjectingStopped extends Data.TaggedError("ProjectingStopped")<{
  readonly reason: "log.regressed" | "too_many_quarantined";
  readonly detail: string;
  readonly retry: "never";
}> {}

export type ProjectorFault = LogUnavailable | ViewsUnavailable | ProjectingStopped;

/** Faults that go away by themselves (RELIABILITY 3.4). An extended code begins with its primary one. */
const PASSING = ["SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM"];

/** Runs work on a views file: what the disk failed at is a fault, what we failed at is a defect. */
export const attempt = <A>(work: () => A): Effect.Effect<A, ViewsUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work());
    } catch (error) {
      const fault = faultOf(error);
      return fault === null ? Effect.die(error) : Effect.fail(fault);
    }
  });

/** The fault that an error stands for, or null for a defect. */
export function faultOf(error: unknown): ViewsUnavailable | null {
  if (error instanceof ViewsRefused) return new ViewsUnavailable({ code: error.reason, retry: "never" });
  if (!isStorageError(error)) return null;
  const retry = PASSING.some((code) => error.code.startsWith(code)) ? "later" : "never";
  return new ViewsUnavailable({ code: error.code, retry });
}

/** One phrase for health. Codes and figures only. */
export function phraseOf(fault: ProjectorFault): string {
  switch (fault._tag) {
    case "LogUnavailable":
      return fault.reason === "regressed"
        ? `log.regressed: ${fault.detail}`
        : `the log is away (${fault.reason})`;
    case "ViewsUnavailable":
      return `the views cannot be written (${fault.code})`;
    case "ProjectingStopped":
      return `${fault.reason}: ${fault.detail}`;
  }
}
