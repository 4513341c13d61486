import { setTimeout as pause } from "node:timers/promises";

const EVERY_MS = 20;

/** Asks again and again until it is so; throws when it is not in time. For what another process does and can only be asked for. */
export async function poll(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await pause(EVERY_MS))
    if (await isSo()) return;
  throw new Error(`${what}: not within ${timeoutMs} ms`);
}
