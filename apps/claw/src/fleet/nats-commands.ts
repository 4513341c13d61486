/** `claw nats`: what an operator of a nats-server needs from us. No seed is ever shown: it leaves its file only to sign. */
import { resolve } from "node:path";
import type { Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { SERVICES } from "./accounts.ts";
import { accountsConf } from "./accounts-conf.ts";
import { makeMissingKeys, publicKeys } from "./keys/key-files.ts";

/** Makes what is missing and writes over nothing: to replace a key, remove its file first. */
export const natsKeys = (dir: string): Effect.Effect<void, Stopped> =>
  Effect.gen(function* () {
    const folder = resolve(dir);
    const made = makeMissingKeys(folder);
    const keys = yield* publicKeys(folder);
    for (const service of SERVICES)
      process.stdout.write(`${service}\t${keys[service]}\t${made.includes(service) ? "made now" : "kept"}\n`);
    process.stderr.write(
      `The seeds are in ${folder}, for their owner only: give each machine those of the services that it runs.\n`,
    );
  });

export const natsConfig = (dir: string): Effect.Effect<void, Stopped> =>
  Effect.map(publicKeys(resolve(dir)), (keys) => void process.stdout.write(accountsConf(keys)));
