/** What the house decided and by which rules, as it shows them. */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { get } from "./http.ts";
import { Thing } from "./pages.ts";
import type { Target } from "./target.ts";

/** One command, as the house shows it. */
export async function readCommand(target: Target, commandId: string): Promise<Thing> {
  const body = await get(target, `/api/commands/${encodeURIComponent(commandId)}`);
  const read = z.object({ command: Thing }).safeParse(body);
  if (read.success) return read.data.command;
  throw new CommandFailed(EXIT.fault, "The server's answer is no command: is CLAW_URL a Claw Supervisor?");
}

/** One lease, as the house shows it. */
export async function readLease(target: Target, leaseId: string): Promise<Thing> {
  const body = await get(target, `/api/leases/${encodeURIComponent(leaseId)}`);
  const read = z.object({ lease: Thing }).safeParse(body);
  if (read.success) return read.data.lease;
  throw new CommandFailed(EXIT.fault, "The server's answer is no lease: is CLAW_URL a Claw Supervisor?");
}

/** An older house has neither grants nor rules on questions. */
const Rules = z.looseObject({
  limits: z.array(Thing),
  switches: z.array(Thing),
  muted: z.array(Thing),
  grants: z.array(Thing).optional(),
  approvals: z.array(Thing).optional(),
});
export type Rules = z.infer<typeof Rules>;

/** The house's rules as they hold now. */
export async function readRules(target: Target): Promise<Rules> {
  const read = z.object({ rules: Rules }).safeParse(await get(target, "/api/rules"));
  if (read.success) return read.data.rules;
  throw new CommandFailed(
    EXIT.fault,
    "The server's answer is no set of rules: is CLAW_URL a Claw Supervisor?",
  );
}
