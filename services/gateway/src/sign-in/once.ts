/** Codes that are good once and for a short time, in this process's memory: one-time links and tickets of WebSockets. Kept by their digest. */
import { sha256 } from "@claw/events";
import { randomHex } from "@claw/runtime";

export interface OnceLimits {
  readonly lastsMs: number;
  /** Codes of one owner, and of all; beyond it the oldest is forgotten. */
  readonly perOwner: number;
  readonly total: number;
}

export interface Once<What> {
  /** A new code of 256 random bits. */
  readonly make: (owner: string, what: What) => string;
  /** What a code stands for, and the end of it; null if it is none of ours, was taken before, or is past its time. */
  readonly take: (code: string) => What | null;
  readonly size: () => number;
}

interface Kept<What> {
  readonly owner: string;
  readonly what: What;
  readonly untilMs: number;
}

/** `monoMs` measures how long they last. */
export function makeOnce<What>(limits: OnceLimits, monoMs: () => number): Once<What> {
  /** By digest, oldest first. */
  const kept = new Map<string, Kept<What>>();
  return {
    make: (owner, what) => {
      const code = randomHex(32);
      makeRoom(kept, owner, limits, monoMs());
      kept.set(sha256(code), { owner, what, untilMs: monoMs() + limits.lastsMs });
      return code;
    },
    take: (code) => {
      if (!CODE.test(code)) return null;
      const digest = sha256(code);
      const found = kept.get(digest);
      kept.delete(digest);
      return found === undefined || monoMs() >= found.untilMs ? null : found.what;
    },
    size: () => kept.size,
  };
}

const CODE = /^[0-9a-f]{64}$/;

function makeRoom<What>(
  kept: Map<string, Kept<What>>,
  owner: string,
  { perOwner, total }: OnceLimits,
  nowMs: number,
): void {
  for (const [digest, { untilMs }] of kept) if (nowMs >= untilMs) kept.delete(digest);
  const own = [...kept].filter(([, one]) => one.owner === owner).map(([digest]) => digest);
  for (const digest of own.slice(0, Math.max(0, own.length - perOwner + 1))) kept.delete(digest);
  const all = [...kept.keys()];
  for (const digest of all.slice(0, Math.max(0, all.length - total + 1))) kept.delete(digest);
}
