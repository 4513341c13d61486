/**
 * What a caller may not see they cannot act on, and are told what they would be told of something that nobody knows; what they only see they are told to ask for
 * (ADR 0014, X1-026). Policy decides by roles, groups and owners and knows of no shares, so this is asked before it: what is refused here is in no log.
 */
import type { Command } from "@claw/events";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { eyesOf } from "../sight.ts";
import type { Submission } from "./see.ts";

type Asked = Pick<Submission, "command" | "principal">;

/** Refuses (throws) what is out of this caller's sight, and acting on what was shared with them to look at. */
export function refuseOutOfSight(house: House, { command, principal }: Asked): void {
  const eyes = eyesOf(house, { principal });
  if (eyes.isWide) return;
  const about = aboutOf(house, command);
  if (about === null) return;
  if (about.id === null || house.reader().belonging(about.id) === null || eyes.of(about.id) === "none")
    throw nothingThere(command, about);
  if (about.toAct && !eyes.mayActOn(about.id))
    throw refusal("forbidden", command, {
      action: command.type,
      role: principal.role,
      needs: "share.grant as controller",
    });
}

/** What a command is about: null where that is nobody's. */
interface About {
  readonly code: "session_unknown" | "lease_unknown" | "attention_unknown";
  /** What the caller named, as they are told of it if it is out of sight. */
  readonly named: Readonly<Record<string, string>>;
  /** The session that it comes to; null where the caller sees no such thing. */
  readonly id: string | null;
  /** True if seeing is not enough. */
  readonly toAct: boolean;
}

/**
 * Halting is never held up by who sees what: it is a kill switch. Runtimes and checkpoints are registered by providers for others, whose they become: what they may is
 * their role's.
 */
function aboutOf(house: House, command: Command): About | null {
  switch (command.type) {
    case "runtime.update":
    case "checkpoint.register":
      return null;
    case "switch.set":
      return command.scope === "session" && command.id !== null && command.state !== "halted"
        ? aboutSession(command.id, true)
        : null;
    case "lease.renew":
    case "lease.release": {
      const id = house.reader().lease(command.leaseId)?.sessionId ?? null;
      const toAct = command.type === "lease.renew";
      // Whoever holds one may always let go of it, whatever was taken back from them since.
      if (id !== null && !toAct) return null;
      return { code: "lease_unknown", named: { leaseId: command.leaseId }, id, toAct };
    }
    case "attention.snooze":
    case "attention.assign": {
      const { key } = command;
      return { code: "attention_unknown", named: { key }, id: key.split("/")[1] ?? null, toAct: false };
    }
    case "share.grant":
      // Whose it is policy knows; that it is there is not told to those who do not see it.
      return command.scope === "session" ? aboutSession(command.id, false) : null;
    case "policy.grant":
    case "policy.approvals":
      // Whose right it is policy says; it is a right over something that is there.
      return command.scope === "session" && command.id !== null ? aboutSession(command.id, false) : null;
    case "share.break_glass":
    case "approval.test":
      return aboutSession(command.target.sessionId, false);
    default:
      return "target" in command ? aboutSession(command.target.sessionId, true) : null;
  }
}

const aboutSession = (sessionId: string, toAct: boolean): About => ({
  code: "session_unknown",
  named: { sessionId },
  id: sessionId,
  toAct,
});

const nothingThere = (command: Command, { code, named }: About): Refused => refusal(code, command, named);

const refusal = (code: Refused["code"], { commandId }: Command, facts: Refused["facts"]): Refused =>
  new Refused(code, facts, { commandId, decision: "refused" });
