/** What may stand next on a command line: pure, from the tree of commands. What has to be asked of the house is only named here. */
import type { Argument, Command, Option } from "commander";

/** Ids that the house lists. */
export type IdKind =
  | "session"
  | "host"
  | "endpoint"
  | "group"
  | "command"
  | "lease"
  | "approval"
  | "attention"
  | "runtime"
  | "limit";

export interface Next {
  /** Words that are known here. */
  readonly words: readonly string[];
  /** Ids that are asked of the house. */
  readonly ids: IdKind | null;
}

const NOTHING: Next = { words: [], ids: null };

/** The kind of id by the name of an argument or an option. */
const IDS: ReadonlyMap<string, IdKind> = new Map<string, IdKind>([
  ["session", "session"],
  ["host", "host"],
  ["endpoint", "endpoint"],
  ["group", "group"],
  ["command", "command"],
  ["lease", "lease"],
  ["key", "attention"],
  ["runtime", "runtime"],
  ["limit", "limit"],
]);

/** `typed` are the words behind `claw`; the last one is the one that is being typed, and may be empty. */
export function nextOf(program: Command, typed: readonly string[], more: readonly string[] = []): Next {
  const current = typed.at(-1) ?? "";
  const { command, args, pending, isRest } = walk(program, typed.slice(0, -1));
  if (pending !== null) return ofOption(pending);
  if (current.startsWith("-") && !isRest) return { words: optionsOf(command), ids: null };
  if (args.length === 0 && command.commands.length > 0)
    return { words: [...namesOf(command), ...(command === program ? more : [])], ids: null };
  const argument = command.registeredArguments.at(args.length) ?? lastIfVariadic(command);
  return argument === undefined ? NOTHING : ofArgument(command, argument, args);
}

interface Place {
  readonly command: Command;
  /** Arguments that were given to it. */
  readonly args: readonly string[];
  /** An option that waits for its value. */
  readonly pending: Option | null;
  /** Behind `--` everything is an argument. */
  readonly isRest: boolean;
}

function walk(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, args: [], pending: null, isRest: false };
  for (const word of words) place = step(place, word);
  return place;
}

function step(place: Place, word: string): Place {
  const { command, args, pending, isRest } = place;
  if (pending !== null) return { ...place, pending: null };
  if (isRest) return { ...place, args: [...args, word] };
  if (word === "--") return { ...place, isRest: true };
  if (word.startsWith("-") && word !== "-") {
    const option = command.options.find(({ long, short }) => long === word || short === word);
    return option?.required === true ? { ...place, pending: option } : place;
  }
  const child =
    args.length === 0
      ? command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      : undefined;
  return child === undefined
    ? { ...place, args: [...args, word] }
    : { command: child, args: [], pending: null, isRest: false };
}

const lastIfVariadic = ({ registeredArguments }: Command): Argument | undefined => {
  const last = registeredArguments.at(-1);
  return last?.variadic === true ? last : undefined;
};

const namesOf = ({ commands }: Command): readonly string[] =>
  commands.map((one) => one.name()).filter((name) => name !== HIDDEN);
/** The command that asks this. */
export const HIDDEN = "complete";

const optionsOf = ({ options }: Command): readonly string[] => [
  ...options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? ""),
  "--help",
];

const ofOption = ({ argChoices, long }: Option): Next =>
  argChoices === undefined
    ? { words: [], ids: IDS.get((long ?? "").replace(/^--/, "")) ?? null }
    : { words: argChoices, ids: null };

/** An id without a kind of its own is of the kind that the word before it names, or the group that it belongs to: `describe host <id>`, `host drain <id>`. */
function ofArgument(command: Command, argument: Argument, args: readonly string[]): Next {
  if (argument.argChoices !== undefined) return { words: argument.argChoices, ids: null };
  const own = IDS.get(argument.name());
  if (own !== undefined) return { words: [], ids: own };
  const before = NAMED.get(args[0] ?? "") ?? NAMED.get(command.parent?.name() ?? "");
  return argument.name() === "id" && before !== undefined ? { words: [], ids: before } : NOTHING;
}

const NAMED: ReadonlyMap<string, IdKind> = new Map<string, IdKind>([
  ["session", "session"],
  ["host", "host"],
  ["endpoint", "endpoint"],
  ["group", "group"],
  ["command", "command"],
  ["lease", "lease"],
  ["approval", "approval"],
]);
