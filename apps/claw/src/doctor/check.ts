/** What the doctor says of one thing it looked at: what it saw, and for what is not well, what to do. */
export interface Finding {
  readonly verdict: "ok" | "warn" | "fail";
  readonly what: string;
  readonly fix?: string;
}

export const ok = (what: string): Finding => ({ verdict: "ok", what });
export const warn = (what: string, fix: string): Finding => ({ verdict: "warn", what, fix });
export const fail = (what: string, fix: string): Finding => ({ verdict: "fail", what, fix });
