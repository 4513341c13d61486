/** Buttons say the effect in a verb, and show their key so that people stop needing the mouse. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { classes } from "./class-names.ts";
import type { GlyphName } from "./glyphs.ts";
import { Icon } from "./icon.tsx";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "style"> {
  /** One `primary` in a view: ink acts. */
  readonly tone?: "primary" | "danger" | "ghost" | undefined;
  readonly small?: boolean | undefined;
  readonly glyph?: GlyphName | undefined;
  /** The key that does the same. */
  readonly hint?: string | undefined;
  readonly children: ReactNode;
}

export const Button = ({
  tone,
  small = false,
  glyph,
  hint,
  children,
  type = "button",
  ...rest
}: ButtonProps) => (
  <button {...rest} type={type} className={classes("btn", tone, small && "small")}>
    {glyph !== undefined && <Icon name={glyph} />}
    {children}
    {hint !== undefined && <kbd aria-hidden="true">{hint}</kbd>}
  </button>
);

export interface IconButtonProps extends Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  "className" | "style" | "children"
> {
  readonly glyph: GlyphName;
  readonly label: string;
}

export const IconButton = ({ glyph, label, type = "button", ...rest }: IconButtonProps) => (
  <button {...rest} type={type} className="icon" aria-label={label} title={label}>
    <Icon name={glyph} />
  </button>
);
