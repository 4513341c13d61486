/** `claw transcript`: what was said and done in a session, and with `-f` what is being said. */
import { Option } from "commander";
import { follow } from "../client/live.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import { type List, readPage, type Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import type { Io } from "../io.ts";
import { itemText } from "../render/item.ts";
import { safeJson } from "../render/terminal.ts";
import { positiveNumber, type Register } from "./shape.ts";

type TextFormat = "text" | "jsonl";
interface Flags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly output: TextFormat;
}

export const registerTranscript: Register = (program, { io, target }) => {
  program
    .command("transcript")
    .description("what was said and done in a session, oldest first")
    .argument("<session>", "the session's id")
    .option("-f, --follow", "go on with what happens, until Ctrl-C")
    .option("--tail <n>", "only the last n items", positiveNumber)
    .addOption(
      new Option("-o, --output <format>", "how to write it").choices(["text", "jsonl"]).default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action((session: string, flags: Flags) => transcript(io, target(), session, flags));
};

async function transcript(io: Io, target: Target, session: string, flags: Flags): Promise<void> {
  const write = (item: Thing): void =>
    io.out(flags.output === "jsonl" ? `${safeJson(item)}\n` : itemText(item, io.hasColour));
  const isFollowing = flags.follow === true;
  const writeOnce = isFollowing ? onceDone(write) : write;
  const path = `/api/sessions/${encodeURIComponent(session)}/transcript`;
  const past = () => writePast(target, { path, key: "items", params: {} }, flags.tail, writeOnce);
  const position = await orLike(past, () => idsLike(target, "session", session));
  if (!isFollowing) return;
  await follow(target, {
    params: { session, views: "items" },
    after: position,
    stop: io.stop,
    onTalk: io.say,
    onFrame: ({ row }) => {
      if (row !== null) writeOnce(row);
    },
  });
}

/**
 * For following: what is still going on is written when it is done, and what was done while the first pages were read is not written again
 * when the stream brings it.
 */
function onceDone(write: (item: Thing) => void): (item: Thing) => void {
  const written = new Set<string>();
  return (item) => {
    const key = `${String(item["turnId"])}/${String(item["itemId"])}`;
    if (item["phase"] !== "completed" || written.has(key)) return;
    written.add(key);
    write(item);
  };
}

/** Writes what there is and returns where the views stood before the first page was read: following from there misses nothing. */
async function writePast(
  target: Target,
  list: List,
  tail: number | undefined,
  write: (item: Thing) => void,
): Promise<number> {
  if (tail !== undefined) {
    const page = await readPage(target, { ...list, params: { order: "newest" } }, null, Math.min(tail, 500));
    page.rows.toReversed().forEach(write);
    return page.position;
  }
  const first = await readPage(target, list, null);
  first.rows.forEach(write);
  for (let { nextCursor } = first; nextCursor !== null;) {
    const page = await readPage(target, list, nextCursor);
    page.rows.forEach(write);
    ({ nextCursor } = page);
  }
  return first.position;
}

const EXAMPLES = `
Examples:
  $ claw transcript 0199c0de-0000-7000-8000-000000000001 --tail 20 -f
  $ claw transcript 0199c0de-0000-7000-8000-000000000001 -o jsonl | jq -r .text
`;
