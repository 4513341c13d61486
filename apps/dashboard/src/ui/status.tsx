/** Status is glyph and word, never a lone dot: the tone comes third (DESIGN-NOTES 2). */
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";
import type { Look, Tone } from "./tones.ts";

export interface StatusProps {
  readonly look: Look;
  /** In place of the look's own word. */
  readonly word?: string | undefined;
  /** The word bears the tone too; for what somebody has to see. */
  readonly loud?: boolean | undefined;
  /** Evidence and age, behind the word. */
  readonly children?: ReactNode | undefined;
}

export const Status = ({ look, word, loud = false, children }: StatusProps) => (
  <span className={`st t-${look.tone}`}>
    <Icon name={look.glyph} />
    <span className={loud ? "w mid" : undefined}>{word ?? look.word}</span>
    {children}
  </span>
);

export interface ChipProps {
  readonly tone?: Exclude<Tone, "off"> | "claw" | "accent" | "line" | undefined;
  readonly children: ReactNode;
}
export const Chip = ({ tone, children }: ChipProps) => (
  <span className={tone === undefined ? "chip" : `chip ${tone}`}>{children}</span>
);

export interface NoteProps {
  readonly tone?: "ok" | "attention" | "danger" | "unknown" | undefined;
  readonly glyph?: Parameters<typeof Icon>[0]["name"] | undefined;
  /** For notes that say something new: read out politely. */
  readonly live?: boolean | undefined;
  readonly children: ReactNode;
}

/** A sentence that stays where it happened. */
export const Note = ({ tone, glyph, live = false, children }: NoteProps) => (
  <div className={tone === undefined ? "note" : `note ${tone}`} role={live ? "status" : undefined}>
    {glyph !== undefined && <Icon name={glyph} />}
    <div>{children}</div>
  </div>
);
