/** Bars. The width is set through the style object model, because the content policy lets no style stand in markup. */
import { useLayoutEffect, useRef } from "react";
import { classes } from "./class-names.ts";

export interface BarProps {
  /** 0 … 1; what is outside is cut to it. */
  readonly share: number;
  readonly tone?: "ok" | "attention" | "danger" | "claw" | undefined;
  /** What it shows, with the figure; leave out only where the figure stands beside it. */
  readonly label?: string | undefined;
  /** `count-bar` is the line under an approval's deadline. */
  readonly className?: "meter" | "count-bar" | undefined;
}

export function Bar({ share, tone, label, className = "meter" }: BarProps) {
  const filled = useRef<HTMLSpanElement>(null);
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1_000) / 10;
  useLayoutEffect(() => {
    filled.current?.style.setProperty("width", `${percent}%`);
  }, [percent]);
  return (
    <span
      className={classes(className, tone)}
      role={label === undefined ? undefined : "img"}
      aria-label={label}
    >
      <span ref={filled} />
    </span>
  );
}
