/** Handing a command to the house. Its id is made here, so that a lost answer can be asked for again without doing the thing twice. */
import { EXIT, newId } from "@claw/runtime";
import { post } from "../client/http.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";

export async function submit(target: Target, command: Readonly<Record<string, unknown>>): Promise<void> {
  const named = { ...command, commandId: newId("cmd") };
  try {
    await post(target, "/api/commands", named);
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.exitCode !== EXIT.unreachable) throw error;
    await post(target, "/api/commands", named);
  }
}
