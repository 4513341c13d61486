/** `claw completion`: the next word of a command line for bash, zsh and fish, with ids as the house knows them now. */
import { Argument, type Command } from "commander";
import { idsOf, isPlainWord } from "../complete/ids.ts";
import { SCRIPTS, type Shell, SHELLS } from "../complete/scripts.ts";
import { HIDDEN, nextOf } from "../complete/words.ts";
import { HOUSE_COMMANDS } from "../house-names.ts";
import { CommandFailed } from "../io.ts";
import type { Register, Setting } from "./shape.ts";

export const registerCompletion: Register = (program, setting) => {
  program
    .command("completion")
    .description("write the completion script of a shell, to be sourced there")
    .addArgument(new Argument("<shell>", "which shell").choices([...SHELLS]))
    .addHelpText("after", HELP)
    .action((shell: Shell) => setting.io.out(SCRIPTS[shell]));
  program
    .command(HIDDEN, { hidden: true })
    .description("the words that may stand next, one a line: for the scripts of `claw completion`")
    .argument("[words...]", "what stands behind claw, the word that is being typed last")
    .action((words: readonly string[]) => complete(setting, program, words));
};

async function complete({ io, target }: Setting, program: Command, words: readonly string[]): Promise<void> {
  const typed = words.at(-1) ?? "";
  const next = nextOf(program, words, HOUSE_COMMANDS);
  const asked = next.ids === null ? null : house(target);
  const ids = next.ids === null || asked === null ? [] : await idsOf(asked, next.ids);
  for (const word of new Set([...next.words, ...ids]))
    if (word.startsWith(typed) && (isPlainWord(word) || word.startsWith("-"))) io.out(`${word}\n`);
}

/** Where no house can be asked there are no ids, and no sentence either. */
function house(target: Setting["target"]): ReturnType<Setting["target"]> | null {
  try {
    return target();
  } catch (error) {
    if (error instanceof CommandFailed) return null;
    throw error;
  }
}

const HELP = `
Examples:
  $ source <(claw completion bash)
  $ source <(claw completion zsh)
  $ claw completion fish > ~/.config/fish/completions/claw.fish
`;
