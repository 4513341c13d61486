/** Budgets of first causes: what may come of one act of a person or a Claw (RELIABILITY §5). Every root of a command has to have some left. */
import type { CommandType, LimitName, RootId } from "@claw/events";
import type { Cause } from "../cause.ts";
import type { House, Root } from "../house.ts";
import { limitOf } from "../limit.ts";
import type { Question, Refusal } from "../question.ts";
import { tokensOf } from "../spending.ts";
import type { Rule } from "./rule.ts";

type Spent = (root: Root, house: House, question: Question) => number;

/** `spent` is what went before this command, so a limit that is reached refuses. */
const within =
  (limit: LimitName, spent: Spent): Rule =>
  (house, question, cause) => {
    for (const [rootId, root] of rootsOf(house, question, cause)) {
      const value = spent(root, house, question);
      if (value >= limitOf(house, limit)) return overspent(house, limit, rootId, value);
    }
    return null;
  };

const rootsOf = (
  house: House,
  { command }: Question,
  { origin }: Cause,
): readonly (readonly [RootId, Root])[] =>
  SPENDS.has(command.type) && origin !== null
    ? origin.rootIds.flatMap((rootId) => {
        const root = house.roots.get(rootId);
        return root === undefined ? [] : [[rootId, root] as const];
      })
    : [];

/** A spawn is a command and a turn of its causes. */
const SPENDS: ReadonlySet<CommandType> = new Set<CommandType>([
  "session.send",
  "session.spawn",
  "session.fork",
]);

const overspent = (house: House, limit: LimitName, rootId: RootId, value: number): Refusal => ({
  code: "budget_spent",
  facts: { limit, rootId, value, most: limitOf(house, limit) },
});

export const rootCommands: Rule = within("root_commands", (root) => root.commandIds.length);
/** Once all of its starts are spent a cause says nothing more at all: what goes into a running turn makes it longer instead. */
export const rootTurns: Rule = within("root_turns", (root) => root.starts);
export const rootTokens: Rule = within("root_tokens", (root, house, { sight }) =>
  tokensOf(house, sight, root),
);
export const rootWall: Rule = within("root_wall_ms", (root, _house, { at }) => at - root.startedAt);
