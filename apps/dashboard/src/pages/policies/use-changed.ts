/** Rules as they change. By this page: handed to policy, and the rules are read again, so that the page shows what holds and not what was meant. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { submit } from "../../api/commands.ts";
import type { CommandInput } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";
import { RULES_KEY } from "./queries.ts";

/** Rejects where it is refused. */
export function useChange(): (command: CommandInput) => Promise<void> {
  const client = useQueryClient();
  return async (command) => {
    await submit(command);
    await client.invalidateQueries({ queryKey: RULES_KEY });
  };
}

const CHANGES_RULES: ReadonlySet<string> = new Set([
  "switch.set",
  "policy.set",
  "policy.grant",
  "policy.approvals",
  "session.stop",
]);

/** Where the newest command stands that changed a rule, as far as the stream told; 0 where it told of none. */
export function useRulesPosition(): number {
  const commands = useLiveTable("commands");
  return [...commands.values()].reduce(
    (position, command) =>
      CHANGES_RULES.has(command.type) ? Math.max(position, command.position) : position,
    0,
  );
}

/** By somebody else: no live view has rules, but the commands that change them are told, and then the rules are read again. */
export function useFollowRules(): void {
  const client = useQueryClient();
  const newest = useRulesPosition();
  useEffect(() => {
    if (newest > 0) void client.invalidateQueries({ queryKey: RULES_KEY });
  }, [client, newest]);
}
