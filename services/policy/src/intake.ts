/** Makes a question of a command: reads the clock, looks for secrets, and asks the log whether the id was used before. */
import {
  type Command,
  isRefusalCode,
  position,
  type Position,
  type Principal,
  readEvents,
} from "@claw/events";
import type { EventLog, Logged, LogUnavailable } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import type { Clocks } from "@claw/runtime";
import { Effect } from "effect";
import { decisionId } from "./domain/entry-ids.ts";
import type { Earlier, Question, SecretSeen } from "./domain/question.ts";

export interface IntakeParts {
  readonly log: EventLog;
  readonly clocks: Clocks;
  readonly redactor: Pick<Redactor, "find">;
}

/** A question, and where the first verdict stands if there is one. */
export interface Taken {
  readonly question: Question;
  readonly earlierAt: Position | null;
}

export const takeIn = Effect.fnUntraced(function* (
  { log, clocks, redactor }: IntakeParts,
  command: Command,
  principal: Principal,
): Effect.fn.Return<Taken, LogUnavailable> {
  const logged = yield* log.find(decisionId(command.commandId));
  const earlier = logged === null ? null : earlierOf(logged);
  const question: Question = {
    command,
    principal,
    at: clocks.wallMs(),
    earlier,
    secret: secretIn(redactor, command),
  };
  return { question, earlierAt: logged === null ? null : position(logged.sequence) };
});

/** The first verdict, read back. An entry that this version cannot read refuses the id all the same: when in doubt, refuse. */
function earlierOf(logged: Logged): Earlier {
  const [first] = readEvents(logged);
  if (first?.status === "known" && first.event.type === "command.accepted") {
    const { digest, principal } = first.event.data;
    return { digest, principal, verdict: { decision: "accepted" } };
  }
  if (first?.status === "known" && first.event.type === "command.refused") {
    const { digest, principal, code, facts } = first.event.data;
    if (isRefusalCode(code)) return { digest, principal, verdict: { decision: "refused", code, facts } };
  }
  const nobody: Principal = { kind: "house", name: "unreadable", role: "auditor" };
  return {
    digest: "",
    principal: nobody,
    verdict: { decision: "refused", code: "command_id_reused", facts: {} },
  };
}

function secretIn(redactor: Pick<Redactor, "find">, command: Command): SecretSeen | null {
  const found = textsOf(command).flatMap((text) => redactor.find(text))[0];
  return found === undefined ? null : { kind: found.kind, offset: found.offset };
}

/** The fields that hold people's words. Ids and digests are shaped so that no secret fits in unseen. */
function textsOf(command: Command): readonly string[] {
  switch (command.type) {
    case "token.create":
      return [command.name];
    case "token.revoke":
    case "quarantine.waive":
      return [command.reason];
    default:
      return [];
  }
}
