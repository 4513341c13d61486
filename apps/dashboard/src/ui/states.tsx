/** What stands where rows would: loading, empty, refused. A page that has something old keeps showing it instead (DESIGN-NOTES, "States"). */
import { type ReactNode, useEffect, useState } from "react";
import { problemIn } from "../api/client.ts";
import type { Problem } from "../api/types.ts";
import { Button } from "./button.tsx";
import type { GlyphName } from "./glyphs.ts";
import { Icon } from "./icon.tsx";

/** Nothing for 400 ms, so that what is quick does not flash. */
const PATIENCE_MS = 400;

export function Loading({ lines = 4 }: { readonly lines?: number }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="pad stack" aria-busy="true">
      <span className="vh">Loading</span>
      {isSlow && Array.from({ length: lines }, (_, index) => <span className="skel" key={index} />)}
    </div>
  );
}

export interface EmptyProps {
  readonly glyph: GlyphName;
  readonly title: string;
  readonly children?: ReactNode | undefined;
}

/** One sentence, and one command or one button. */
export const Empty = ({ glyph, title, children }: EmptyProps) => (
  <div className="state">
    <Icon name={glyph} />
    <h3>{title}</h3>
    {children}
  </div>
);

/** A refusal in the house's own words: the code, what was seen, the way out. */
export const RefusalLine = ({
  problem,
}: {
  readonly problem: Pick<Problem, "code" | "detail" | "remedy">;
}) => (
  <p className="refused-line" role="alert">
    {problem.detail} {problem.remedy} <code>{problem.code}</code>
  </p>
);

/** Something could not be had at all. */
export function Failed({
  what,
  error,
  onRetry,
}: {
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const problem = problemIn(error);
  return (
    <Empty glyph={problem.status === 403 || problem.status === 401 ? "lock" : "failing"} title={what}>
      <p>
        {problem.detail} {problem.remedy}
      </p>
      {onRetry !== undefined && (
        <Button small onClick={onRetry}>
          Try now
        </Button>
      )}
    </Empty>
  );
}
