/** What the palette finds, and in which order. Pure. */
import type { GlyphName } from "../ui/glyphs.ts";
import type { Tone } from "../ui/tones.ts";

export interface Finding {
  readonly id: string;
  readonly group: "Sessions" | "Here" | "Go to" | "Hosts";
  readonly name: string;
  /** What tells it from others of that name; it is searched too. */
  readonly about: string;
  readonly glyph: GlyphName;
  readonly tone?: Tone | undefined;
  /** The key that does the same. */
  readonly hint?: string | undefined;
  readonly run: () => void;
}

/** What a first character narrows it to. */
const SCOPES: Readonly<Record<string, Finding["group"]>> = { ">": "Here", ":": "Go to", "#": "Hosts" };
const MOST_OF_A_GROUP = 8;
const GROUPS: readonly Finding["group"][] = ["Sessions", "Hosts", "Here", "Go to"];

export interface FoundGroup {
  readonly group: Finding["group"];
  readonly findings: readonly Finding[];
}

/** By group, the best first; a group that has none is left out. Without words, what can be done and gone to. */
export function findIn(all: readonly Finding[], asked: string): readonly FoundGroup[] {
  const scope = SCOPES[asked.slice(0, 1)] ?? null;
  const words = (scope === null ? asked : asked.slice(1))
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return GROUPS.filter((group) => scope === null || group === scope).flatMap(
    (group): readonly FoundGroup[] => {
      const findings = bestOf(
        all.filter((finding) => finding.group === group),
        words,
      );
      return findings.length === 0 ? [] : [{ group, findings }];
    },
  );
}

function bestOf(findings: readonly Finding[], words: readonly string[]): readonly Finding[] {
  return findings
    .map((finding) => ({ finding, rank: rankOf(finding, words) }))
    .filter(({ rank }) => rank !== null)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .slice(0, MOST_OF_A_GROUP)
    .map(({ finding }) => finding);
}

/** Lower is better: at the beginning of the name, in the name, only beside it. Null: a word of it is nowhere. */
function rankOf({ name, about }: Finding, words: readonly string[]): number | null {
  const own = name.toLowerCase();
  const beside = about.toLowerCase();
  const ranks = words.map((word) => {
    const at = own.indexOf(word);
    if (at === 0) return 0;
    if (at > 0) return 1;
    return beside.includes(word) ? 2 : null;
  });
  return ranks.includes(null) ? null : ranks.reduce<number>((sum, rank) => sum + (rank ?? 0), 0);
}

/** A name in pieces, so that what was typed can be marked in it without markup. */
export function piecesOf(
  name: string,
  asked: string,
): readonly { readonly text: string; readonly isHit: boolean }[] {
  const word =
    asked
      .replace(/^[>:#]/, "")
      .trim()
      .split(/\s+/)[0] ?? "";
  const at = word === "" ? -1 : name.toLowerCase().indexOf(word.toLowerCase());
  if (at < 0) return [{ text: name, isHit: false }];
  const pieces = [
    { text: name.slice(0, at), isHit: false },
    { text: name.slice(at, at + word.length), isHit: true },
    { text: name.slice(at + word.length), isHit: false },
  ];
  return pieces.filter(({ text }) => text !== "");
}
