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
  readonly nowMs: () => number;
  /** Aborted when the command is told to stop, by Ctrl-C or because nobody reads its output any more. */
  readonly stop: AbortSignal;
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
