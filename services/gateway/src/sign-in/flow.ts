/**
 * A sign-in on its way to the provider and back, in a cookie that only this process can read or make: nothing is kept for those who begin and never come back, so that
 * they cannot use up anything. What came back is remembered until its time is over, so that no flow ends twice.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";

/** How long somebody may take at the provider, in ms (ADR 0014 names ten minutes for links; X1-027: 15 for GitHub). */
export const FLOW_MS = 600_000;
/** Flows that ended and are remembered; of more the oldest is forgotten, and the provider still takes each code once. */
const MAX_ENDED = 10_000;

const Flow = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE. */
  verifier: z.string(),
  returnTo: z.string(),
  /** The address by which the browser called us. */
  origin: z.string(),
  untilMs: z.number(),
});
export type Flow = z.infer<typeof Flow>;

export interface Flows {
  readonly seal: (flow: Omit<Flow, "untilMs">) => string;
  /** The flow, which is over by this; null if it is none of ours, is past its time, or came back before. */
  readonly end: (sealed: string) => Flow | null;
}

const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_SEALED = 4_096;

/** Seals flows by a key that this process has in memory, so that another gateway opens none of them. */
export function makeFlows(monoMs: () => number): Flows {
  const key = randomBytes(32);
  const ended = new Map<string, number>();
  return {
    seal: (flow) => seal(key, { ...flow, untilMs: monoMs() + FLOW_MS }),
    end: (sealed) => {
      const flow = open(key, sealed);
      if (flow === null || monoMs() >= flow.untilMs || ended.has(flow.state)) return null;
      forget(ended, monoMs());
      ended.set(flow.state, flow.untilMs);
      return flow;
    },
  };
}

function forget(ended: Map<string, number>, nowMs: number): void {
  for (const [state, untilMs] of ended) if (nowMs >= untilMs || ended.size >= MAX_ENDED) ended.delete(state);
}

function seal(key: Buffer, flow: Flow): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  const text = Buffer.concat([cipher.update(JSON.stringify(flow), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64url");
}

function open(key: Buffer, sealed: string): Flow | null {
  if (sealed.length > MAX_SEALED) return null;
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return Flow.parse(JSON.parse(text.toString("utf8")));
  } catch {
    return null;
  }
}
