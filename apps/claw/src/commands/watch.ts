/** `claw watch`: what changes, as it changes. Survives disconnects, and says on stderr where it was cut off and went on. */
import { Argument, Option } from "commander";
import { follow, type Frame } from "../client/live.ts";
import type { Io } from "../io.ts";
import { approvals, at, endpoints, hosts, sessions } from "../render/looks.ts";
import type { Look } from "../render/output.ts";
import { oneLine, safeJson } from "../render/terminal.ts";
import { type Register, wholeNumber } from "./shape.ts";

const LOOKS: Readonly<Record<string, Look>> = { sessions, hosts, endpoints, approvals };
interface Flags {
  readonly output: "text" | "jsonl";
  readonly after?: number;
}

export const registerWatch: Register = (program, { io, target }) => {
  program
    .command("watch")
    .description("follow changes until Ctrl-C; goes on after disconnects without a gap")
    .addArgument(
      new Argument("[kinds...]", "what to follow; all of them without").choices(Object.keys(LOOKS)),
    )
    .addOption(
      new Option("-o, --output <format>", "how to write it").choices(["text", "jsonl"]).default("text"),
    )
    .option("--after <position>", "only what changed after this position, without a snapshot", wholeNumber)
    .addHelpText("after", EXAMPLES)
    .action((kinds: readonly string[], { output, after }: Flags) =>
      follow(target(), {
        params: { views: kinds.length > 0 ? kinds.join(",") : undefined },
        after: after ?? null,
        stop: io.stop,
        onTalk: io.say,
        onFrame: (frame) => write(io, frame, output),
      }),
    );
};

function write(io: Io, frame: Frame, output: Flags["output"]): void {
  if (output === "jsonl") return io.out(`${safeJson(frame)}\n`);
  if (frame.type === "caughtUp") return io.say(`caught up at position ${frame.position}`);
  if (frame.kind === null || frame.key === null) return;
  io.out(`${[String(frame.position), frame.kind, oneLine(frame.key), ...gist(frame)].join("  ")}\n`);
}

/** What a change means, in a few words. */
function gist({ kind, row }: Frame): readonly string[] {
  if (row === null) return ["gone"];
  const paths =
    kind === "sessions"
      ? ["status", "freshness.state", "repo", "summary"]
      : ["freshness.state", "state", "kind", "reason"];
  return paths
    .map((path) => at(row, path))
    .filter((value) => typeof value === "string")
    .map((value) => oneLine(String(value)).slice(0, 80));
}

const EXAMPLES = `
Examples:
  $ claw watch
  $ claw watch sessions approvals -o jsonl | jq -c 'select(.row.status == "active")'
`;
