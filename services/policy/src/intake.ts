/** Makes a question of a command: reads the clock, looks for secrets, and what became of the id before. */
import {
  type Command,
  type EntryId,
  type Facts,
  type Position,
  position,
  type Principal,
  type Via,
} from "@claw/events";
import type { EventLog, LogUnavailable } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import type { Clocks } from "@claw/runtime";
import { Effect } from "effect";
import { isOfRegistry } from "./domain/effects-registry.ts";
import { limitOf } from "./domain/limit.ts";
import { firstVerdictIds } from "./domain/entry-ids.ts";
import type { Question, SecretSeen } from "./domain/question.ts";
import { type Recalled, recalled } from "./domain/recalled.ts";
import type { Kept, Seat } from "./seat.ts";
import type { NamedTurn, SightAtWork } from "./sight.ts";

export interface IntakeParts {
  readonly log: EventLog;
  readonly clocks: Clocks;
  readonly redactor: Pick<Redactor, "find" | "version">;
  readonly sight: SightAtWork;
}

/** What came through the gate. */
export interface Asking {
  readonly command: Command;
  readonly principal: Principal;
  readonly via: Via | null;
  readonly isDryRun: boolean;
}

/** A first verdict: its entry, what was told of it, and where it stands, which is null where that is not known. */
interface First {
  readonly entryId: EntryId;
  readonly facts: Facts;
  readonly at: Position | null;
}

/** A question, and the first verdict on its id that its caller has to be told of, if there is one. */
export interface Taken {
  readonly question: Question;
  readonly first: First | null;
}

export const takeIn = Effect.fnUntraced(function* (
  { log, clocks, redactor, sight }: IntakeParts,
  seat: Seat,
  { command, principal, via }: Asking,
): Effect.fn.Return<Taken, LogUnavailable> {
  const entryId = firstVerdictIds(command.commandId, principal).find((id) => seat.decisions.has(id));
  const kept = entryId === undefined ? undefined : seat.decisions.get(entryId);
  const first = entryId === undefined || kept === undefined ? null : yield* recall(log, entryId, kept);
  const question: Question = {
    command,
    principal,
    via,
    at: clocks.wallMs(),
    generation: log.generation,
    sight,
    earlier: first === null ? null : first.earlier,
    secret: tooLong(seat, command) ? null : secretIn(redactor, command),
  };
  if (entryId === undefined || kept === undefined || first === null) return { question, first: null };
  return { question, first: { entryId, facts: first.facts, at: placeOf(log, kept) } };
});

const recall = Effect.fnUntraced(function* (
  log: EventLog,
  id: EntryId,
  kept: Kept,
): Effect.fn.Return<Recalled, LogUnavailable> {
  if (typeof kept !== "number") return kept;
  const entry = (yield* log.at(kept))?.entry ?? null;
  return recalled(entry?.envelope.id === id ? entry : null);
});

/** The position of an entry of the log, where policy can know it: a log that finds entries by id is its own ledger, and numbers them itself. */
export const placeOf = (log: EventLog, kept: Kept): Position | null =>
  typeof kept === "number" && "find" in log ? position(kept) : null;

/** The turns that a command names: the one that has to be active, and the one it is asked in. */
export function turnsNamedBy({ command, via }: Pick<Asking, "command" | "via">): readonly NamedTurn[] {
  const asked = via === null || via.turnId === null ? [] : [{ sessionId: via.sessionId, turnId: via.turnId }];
  if (!("expectedTurnId" in command) || command.expectedTurnId === null) return asked;
  return [...asked, { sessionId: command.target.sessionId, turnId: command.expectedTurnId }];
}

function secretIn(redactor: Pick<Redactor, "find">, command: Command): SecretSeen | null {
  const found = textsOf(command).flatMap((text) => redactor.find(text))[0];
  return found === undefined ? null : { kind: found.kind, offset: found.offset };
}

/**
 * The fields of other commands that hold people's words. Ids and digests are shaped so that no secret fits in unseen; what only the house says of itself is its own
 * affair.
 */
const WORDS = [
  "text",
  "reason",
  "name",
  "purpose",
  "workspace",
  "phase",
  "pattern",
  "expectedTurnId",
  "limit",
  "id",
] as const;

function textsOf(command: Command): readonly string[] {
  const said: Readonly<Record<string, unknown>> = command;
  const model = "settings" in command ? command.settings.model : null;
  const requestId = command.type === "approval.decide" ? command.target.requestId : null;
  if (isShown(command)) return stringsIn(said);
  return [...WORDS.map((word) => said[word]), model, requestId].filter((value) => typeof value === "string");
}

/** Of the registry, shares and attention every field is a word or a place that the fleet is shown (F1-092…F1-109): all of them are looked through. */
const isShown = (command: Command): boolean => isOfRegistry(command) && !command.type.startsWith("record.");

const stringsIn = (value: unknown): readonly string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(stringsIn)
      : [];

/** What is refused for its length is not searched: that costs more than the refusal. */
const tooLong = ({ house }: Seat, command: Command): boolean =>
  "text" in command &&
  command.text !== null &&
  Buffer.byteLength(command.text) > limitOf(house, "text_bytes");
