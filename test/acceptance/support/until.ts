import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for a condition of another process, which can only be asked: asks again and again, and fails with the last answer.
 * For what one process says itself, wait for its event or position instead.
 */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  timeoutMs = 45_000,
): Promise<Value> {
  let last: unknown = null;
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await pause(20)) {
    try {
      const value = await ask();
      if (value !== null && value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(
    `${what}: not within ${timeoutMs} ms (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`,
  );
}
