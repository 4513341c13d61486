/** `claw watch`: what changes, as it changes. Survives disconnects, and says on stderr where it was cut off and went on. */
import type { LiveView } from "@claw/gateway";
import { Argument, Option } from "commander";
import { follow, type Frame } from "../client/live.ts";
import type { Io } from "../io.ts";
import { at } from "../render/columns.ts";
import { oneLine, safeJson } from "../render/terminal.ts";
import { type Register, wholeNumber } from "./shape.ts";

/** What a house tells of, and what of a row says it in a few words; turns and items are for `claw transcript --follow`. */
const GISTS: Readonly<Record<Exclude<LiveView, "turns" | "items">, readonly string[]>> = {
  sessions: ["status", "freshness.state", "writer.holder.name", "progress.state", "repo", "summary"],
  hosts: ["freshness.state"],
  endpoints: ["state", "reason"],
  approvals: ["state", "kind", "decision.answer", "decision.by.name", "how", "subject"],
  commands: ["type", "principal.name", "sessionId", "decision", "refusal.code", "outcome", "mode", "turnId"],
  leases: ["sessionId", "holder.name", "state", "how", "reason"],
  runtimes: ["status", "runtime", "backing", "owner", "repo"],
  egress: ["sessionId", "owner", "githubRepo"],
  checkpoints: ["count", "bytes"],
  archives: ["status", "archivedAt", "deletedAt"],
  attention: ["assignedTo", "snoozedUntil", "snoozeReason"],
  owners: ["owner"],
  shares: ["kind", "to", "level", "until", "by", "reason"],
  signIns: ["name", "role", "how", "closedAt"],
};
interface Flags {
  readonly output: "text" | "jsonl";
  readonly after?: number;
}

export const registerWatch: Register = (program, { io, target }) => {
  program
    .command("watch")
    .description("follow changes until Ctrl-C; goes on after disconnects without a gap")
    .addArgument(
      new Argument(
        "[kinds...]",
        "what to follow; without any, all but signIns, which are for admins",
      ).choices(Object.keys(GISTS)),
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
  const paths = Object.entries(GISTS).find(([name]) => name === kind)?.[1] ?? [];
  return paths
    .map((path) => at(row, path))
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map((value) => oneLine(String(value)).slice(0, 80));
}

const EXAMPLES = `
Examples:
  $ claw watch
  $ claw watch commands leases
  $ claw watch sessions approvals -o jsonl | jq -c 'select(.row.status == "active")'
`;
