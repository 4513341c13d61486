/** Where one can go, once: rail, tabs, palette and keys say the same words. Pure. */
import type { GlyphName } from "../ui/glyphs.ts";

export interface Place {
  readonly to: "/" | "/attention" | "/hosts" | "/commands" | "/policies" | "/health";
  readonly name: string;
  readonly glyph: GlyphName;
  /** What is typed after `:` to go there. */
  readonly word: string;
  readonly group: "main" | "control";
}

export const PLACES: readonly Place[] = [
  { to: "/attention", name: "Attention", glyph: "attention", word: "attention", group: "main" },
  { to: "/", name: "Fleet", glyph: "fleet", word: "fleet", group: "main" },
  { to: "/hosts", name: "Hosts", glyph: "host", word: "hosts", group: "main" },
  { to: "/commands", name: "Commands", glyph: "command", word: "commands", group: "main" },
  { to: "/policies", name: "Policies", glyph: "policy", word: "policies", group: "control" },
  { to: "/health", name: "Health", glyph: "health", word: "health", group: "control" },
];

/** The four that a thumb reaches at once; beside them stands what leads to the others. */
export const TABS: readonly Place[] = PLACES.filter(({ group }) => group === "main");
