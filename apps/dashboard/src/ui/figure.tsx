/** Summary figures: a name, a numeral, and the shape beside it where there is one. */
import type { ReactNode } from "react";
import { figure } from "../words/figures.ts";

export interface FigureProps {
  readonly name: string;
  /** Null: not known, which is not nought. */
  readonly value: number | null;
  readonly children?: ReactNode | undefined;
}

export const Figure = ({ name, value, children }: FigureProps) => (
  <div className={children === undefined ? undefined : "chart"}>
    <dt>{name}</dt>
    <dd>
      {value === null ? <span title="not known">–</span> : figure(value)}
      {children}
    </dd>
  </div>
);

export const Figures = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <dl className="figures" aria-label={label}>
    {children}
  </dl>
);

/** One fact of a list: `dt` and `dd` in a definition list of class `dl` or `facts`. */
export const Fact = ({
  name,
  wide = false,
  children,
}: {
  readonly name: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) => (
  <div className={wide ? "wide" : undefined}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
