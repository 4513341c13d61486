/** What follows from a command that every rule let pass. */
import type { CommandOf, Event, Origin } from "@claw/events";
import { acceptance, type Effects } from "./asked.ts";
import { told, wouldAnswer } from "./effects-answers.ts";
import { houseKept } from "./effects-house.ts";
import { leased } from "./effects-leases.ts";
import { isOfRegistry, registered } from "./effects-registry.ts";
import { spawned } from "./effects-spawns.ts";
import { stopped } from "./effects-stop.ts";
import { written } from "./effects-writes.ts";
import { event } from "./event.ts";
import type { House } from "./house.ts";
import { knownSwitch } from "./known.ts";
import type { Question } from "./question.ts";

export function effectsOf(house: House, question: Question, origin: Origin): Effects {
  const { command, at } = question;
  if (isOfRegistry(command)) return { events: [acceptance(question), registered(house, question, command)] };
  switch (command.type) {
    case "session.send":
    case "session.interrupt":
      return written(house, question, command, origin);
    case "lease.acquire":
    case "lease.renew":
    case "lease.release":
    case "lease.break":
      return leased(house, question, command);
    case "session.spawn":
    case "session.fork":
      return spawned(house, question, command, origin);
    case "session.stop":
      return stopped(house, question, command, origin);
    case "session.resume":
    case "approval.decide":
      return told(house, question, command, origin);
    case "approval.test":
      return wouldAnswer(house, question, command);
    case "progress.report":
      return { events: [acceptance(question), reported(question, command)] };
    case "switch.set":
    case "policy.grant":
    case "policy.approvals": {
      const known = knownSwitch(house, question, command);
      const events = [acceptance(question), ...houseKept(house, command, at)];
      return known === null ? { events } : { events, facts: { known } };
    }
    default:
      return { events: [acceptance(question), ...houseKept(house, command, at)] };
  }
}

/** The rules have seen that a session asks. */
function reported({ via, at }: Question, command: CommandOf<"progress.report">): Event {
  if (via === null) throw new TypeError("a report was accepted that no rule can have let pass");
  const { state, phase, percent, text: note, purpose } = command;
  const data = { sessionId: via.sessionId, state, phase, percent };
  return event("progress.reported", at, data, { note, purpose });
}
