/** What a command may touch of the world: where it writes, what it knows, and how it is told to stop. Tests bring their own. */
import type { Environment } from "@claw/runtime";
import type { EXIT } from "@claw/runtime";

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Io {
  readonly env: Environment;
  /** Data, to stdout. */
  readonly out: (text: string) => void;
  /** Words for people, one line, to stderr. */
  readonly say: (line: string) => void;
  /** Colour is welcome: stdout is a terminal and nobody set NO_COLOR. */
  readonly hasColour: boolean;
  /** Standard input, read when it is asked for. */
  readonly input: () => AsyncIterable<Uint8Array>;
  /** A line on stderr that the next one replaces, "" for none; absent where stderr is no terminal. */
  readonly progress?: (line: string) => void;
  readonly nowMs: () => number;
  /** Aborted when the command is told to stop, by Ctrl-C or because nobody reads its output any more. */
  readonly stop: AbortSignal;
  /** Hands the terminal to a program until it ends, and gives its exit code; null where there is no such program. Told to stop, it stops the program. */
  readonly run: (argv: readonly string[]) => Promise<number | null>;
  /** Asks for this long to end after being told to stop: for what has to be given back first. */
  readonly endWithin: (ms: number) => void;
}

/** A command that cannot do what it was asked. `sentence` says why and what to do. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, sentence: string) {
    super(sentence);
    this.exitCode = exitCode;
  }
}
