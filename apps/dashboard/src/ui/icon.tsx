/** A glyph of the page's own set. It says nothing to those who listen: a word stands beside it, or `label` says it. */
import type { GlyphName } from "./glyphs.ts";

export interface IconProps {
  readonly name: GlyphName;
  /** `s` 14 px, `xs` 12 px; 16 px without. */
  readonly size?: "s" | "xs" | undefined;
  /** Only where no word stands beside it. */
  readonly label?: string | undefined;
}

export const Icon = ({ name, size, label }: IconProps) => (
  <>
    <svg className={size === undefined ? "i" : `i ${size}`} aria-hidden="true" focusable="false">
      <use href={`#i-${name}`} />
    </svg>
    {label !== undefined && <span className="vh">{label}</span>}
  </>
);
