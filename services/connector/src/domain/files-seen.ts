/** Reads what a file change would do out of its item, because the question about it does not say (PROTOCOL §4). */
import type { ThreadItem } from "@claw/codex-rpc/protocol";
import { canonical, sha256 } from "@claw/events";
import { exact, type FilesSeen, jsonOf } from "./question.ts";
import { CAPS, type Scrub } from "./scrub.ts";

type Change = Readonly<Record<string, unknown>>;

/** Null for an item that changes no files. */
export function filesIn(item: ThreadItem, scrub: Scrub): FilesSeen | null {
  const changes = item["changes"];
  if (item.type !== "fileChange" || !Array.isArray(changes)) return null;
  const read = changes.filter((one): one is Change => typeof one === "object" && one !== null);
  return {
    digest: sha256(canonical(jsonOf(changes))),
    subject: exact(subjectOf(read), scrub),
    detail: read.length === 0 ? null : scrub(read.map(textOf).join("\n"), CAPS.output).text,
  };
}

/** One path stands for itself, so that a rule can name it; where there are more, or it leads elsewhere, a rule must not take one for all. */
function subjectOf(changes: readonly Change[]): string | null {
  const paths = [...new Set(changes.flatMap(pathsOf))];
  const [first] = paths;
  if (first === undefined) return null;
  if (paths.length > 1) return `[${paths.length} files] ${paths.join("\n")}`;
  return isPlainPath(first) ? first : `[unresolved] ${first}`;
}

const isPlainPath = (path: string): boolean =>
  path.startsWith("/") && !path.split("/").some((part) => part === "." || part === "..");

const pathsOf = ({ path, kind }: Change): readonly string[] =>
  [path, movedTo(kind)].filter((one): one is string => typeof one === "string");

const textOf = ({ path, kind, diff }: Change): string => {
  const to = movedTo(kind);
  const head = [wordOf(kind), String(path ?? ""), to === null ? "" : `to ${to}`].filter(Boolean).join(" ");
  return `${head}\n${typeof diff === "string" ? diff : ""}`;
};

const wordOf = (kind: unknown): string =>
  typeof kind === "object" && kind !== null ? String((kind as Change)["type"] ?? "") : String(kind ?? "");

function movedTo(kind: unknown): string | null {
  const to = typeof kind === "object" && kind !== null ? (kind as Change)["move_path"] : null;
  return typeof to === "string" ? to : null;
}
