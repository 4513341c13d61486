/** Where something is written or chosen. */
import type { InputHTMLAttributes, ReactNode, RefObject } from "react";
import type { GlyphName } from "./glyphs.ts";
import { Icon } from "./icon.tsx";

export interface FieldProps extends Omit<
  InputHTMLAttributes<HTMLInputElement>,
  "className" | "style" | "onChange" | "value"
> {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly glyph?: GlyphName | undefined;
  /** `filter`: takes its place among a page's tools. */
  readonly look?: "filter" | undefined;
  /** The key that comes here. */
  readonly hint?: string | undefined;
  readonly inputRef?: RefObject<HTMLInputElement | null> | undefined;
}

/** One line of text; its label is read out, and its placeholder says it to the eye. */
export const Field = ({ label, value, onValue, glyph, look, hint, inputRef, ...rest }: FieldProps) => (
  <label className={look === undefined ? "field" : `field ${look}`}>
    {glyph !== undefined && <Icon name={glyph} size="s" />}
    <span className="vh">{label}</span>
    <input {...rest} ref={inputRef} value={value} onChange={(event) => onValue(event.target.value)} />
    {hint !== undefined && <kbd aria-hidden="true">{hint}</kbd>}
  </label>
);

export interface SegmentsProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  readonly onValue: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode }[];
}

/** One of a few, all of them seen. */
export const Segments = <Value extends string>({ legend, value, onValue, options }: SegmentsProps<Value>) => (
  <fieldset className="seg">
    <legend className="vh">{legend}</legend>
    {options.map((option) => (
      <label key={option.value}>
        <input
          type="radio"
          name={legend}
          checked={option.value === value}
          onChange={() => onValue(option.value)}
        />
        {option.label}
      </label>
    ))}
  </fieldset>
);

export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly value: Value | null;
  readonly onValue: (value: Value) => void;
  readonly options: readonly {
    readonly value: Value;
    readonly label: ReactNode;
    readonly count?: number;
    readonly tone?: string | undefined;
  }[];
  readonly className?: string | undefined;
}

/** Views of one list: pressed buttons, with how many each has. */
export const Views = <Value extends string>({
  label,
  value,
  onValue,
  options,
  className = "",
}: TabsProps<Value>) => (
  <div className={`views ${className}`.trim()} role="group" aria-label={label}>
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        className={option.tone}
        aria-pressed={option.value === value}
        onClick={() => onValue(option.value)}
      >
        {option.label}{" "}
        {option.count !== undefined && <span className="num">{option.count.toLocaleString("en-US")}</span>}
      </button>
    ))}
  </div>
);
