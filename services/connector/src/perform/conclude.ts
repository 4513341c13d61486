/** How every command ends, whatever it was. */
import { type CommandRow, type Outcome, settle } from "../domain/fence.ts";
import { introduceAgain } from "./bind-spawn.ts";
import type { PerformTools } from "./tools.ts";

/** Writes down what became of a command, and tells it. */
export function conclude(tools: PerformTools, row: CommandRow, outcome: Outcome): void {
  const { outbox, diagnostics } = tools;
  const { commandId, sessionId, act } = row;
  outbox.commit(() => {
    if (act.kind === "spawn") introduceAgain(tools, row);
    outbox.commands.write(settle(row, outcome));
  });
  const code = outcome.type === "command.failed" ? outcome.code : null;
  diagnostics.info({ part: "commands", commandId, sessionId, code }, `A command ended: ${outcome.type}.`);
}
