/**
 * A Codex item → the few shapes that people read. Codex invents kinds of items faster than anyone follows, so the reader goes by fields, not
 * by kinds: whatever has text, a command, an output, a tool or paths says so, known or not.
 */
import type { ThreadItem } from "@claw/codex-rpc/protocol";
import type { ItemBody } from "@claw/events";
import { CAPS, labelOf, type Scrub } from "../scrub.ts";

export interface ItemText {
  readonly body: ItemBody;
  /** Bytes that the caps took. */
  readonly cutBytes: number;
}

const TEXT_FIELDS = [
  "text",
  "content",
  "summary",
  "query",
  "prompt",
  "review",
  "arguments",
  "message",
] as const;

/** What the item says, redacted and capped. */
export function readText(item: ThreadItem, scrub: Scrub): ItemText {
  const cut = { bytes: 0 };
  const capped = (text: string | null, capBytes: number): string | null => {
    if (text === null || text === "") return null;
    const scrubbed = scrub(text, capBytes);
    cut.bytes += scrubbed.cutBytes;
    return scrubbed.text;
  };
  const body = {
    text: capped(firstText(item), CAPS.text),
    command: capped(stringOf(item["command"]), CAPS.command),
    output: capped(outputOf(item), CAPS.output),
    tool: labelOf(toolOf(item), scrub),
    paths: pathsOf(item).map((path) => scrub(path, CAPS.path).text),
  };
  return { body, cutBytes: cut.bytes };
}

function firstText(item: ThreadItem): string | null {
  for (const field of TEXT_FIELDS) {
    const text = textOf(item[field]);
    if (text !== null) return text;
  }
  return null;
}

/** Text as Codex writes it: a string, a list of strings or of parts with a `text`, or data, which is then JSON. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (Array.isArray(value)) {
    const parts = value.map(partText).filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join("\n");
  }
  return typeof value === "object" && value !== null ? JSON.stringify(value) : null;
}

function partText(part: unknown): string | null {
  if (typeof part === "string") return part;
  return isRecord(part) ? (stringOf(part["text"]) ?? markOf(part["type"])) : null;
}

/** A picture or a sound has no text; that there was one is said. */
const markOf = (type: unknown): string | null => (typeof type === "string" ? `[${type}]` : null);

function outputOf(item: ThreadItem): string | null {
  const { aggregatedOutput, error, result, contentItems, changes } = item;
  if (typeof aggregatedOutput === "string") return aggregatedOutput;
  if (isRecord(error)) return stringOf(error["message"]) ?? JSON.stringify(error);
  if (isRecord(result)) return textOf(result["content"]) ?? JSON.stringify(result);
  if (Array.isArray(contentItems)) return textOf(contentItems);
  return Array.isArray(changes)
    ? textOf(changes.map((change) => (isRecord(change) ? change["diff"] : null)))
    : null;
}

function toolOf(item: ThreadItem): string | null {
  const tool = stringOf(item["tool"]);
  const owner = stringOf(item["server"]) ?? stringOf(item["namespace"]);
  return tool === null || owner === null ? tool : `${owner}/${tool}`;
}

function pathsOf({ changes, path }: ThreadItem): readonly string[] {
  if (Array.isArray(changes)) {
    const paths = changes
      .slice(0, CAPS.paths)
      .map((change) => (isRecord(change) ? stringOf(change["path"]) : null));
    return paths.filter((found) => found !== null);
  }
  return typeof path === "string" ? [path] : [];
}

const stringOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
