import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that systems give to whoever asks for any (32768 and up on Linux), because between this answer and its use another test may ask for any.
 */
const [FIRST, BEHIND] = [12_000, 32_000];
const MOST_TRIES = 100;
const given = new Set<number>();

/** A port of loopback that nobody has now, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(FIRST, BEHIND);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port in ${MOST_TRIES} tries`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
