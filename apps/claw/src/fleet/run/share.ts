/** How full a stream is, in words. Pure. */
import { shownBytes } from "../../storage/parts.ts";

export interface Share {
  readonly state: "roomy" | "filling" | "full";
  readonly detail: string;
}

/** Where an alarm asks for `claw log trim` (DESIGN 14.4), and where it is late. */
const ASK_AT = 0.7;
const LATE_AT = 0.9;

export function shareOf(stats: { readonly bytes: number; readonly maxBytes: number | null }): Share {
  const { bytes, maxBytes } = stats;
  if (maxBytes === null) return { state: "roomy", detail: `${shownBytes(bytes)}; only the disk bounds it` };
  const share = bytes / maxBytes;
  const detail = `${Math.floor(share * 100)} % of ${shownBytes(maxBytes)}`;
  if (share < ASK_AT) return { state: "roomy", detail };
  return {
    state: share < LATE_AT ? "filling" : "full",
    detail: `${detail}: trim the log (\`claw log trim\`), or nothing can be appended when it is full`,
  };
}
