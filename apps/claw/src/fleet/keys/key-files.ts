/** The seeds of the services: one file each, for its owner only, made once and never written over. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSeed, policyKeysIn, publicKeyOf, type Trust } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { keepSecret } from "../../house/secret-file.ts";
import { type Service, SERVICES } from "../accounts.ts";
import type { PublicKeys } from "../accounts-conf.ts";

export const keysDirOf = (dataDir: string): string => join(dataDir, "keys");
export const keyFileOf = (keysDir: string, service: Service): string => join(keysDir, `${service}.nk`);

/** Makes the seeds that are missing. Returns whose were made. */
export function makeMissingKeys(keysDir: string): readonly Service[] {
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  const missing = SERVICES.filter((service) => !existsSync(keyFileOf(keysDir, service)));
  for (const service of missing) keepSecret(keyFileOf(keysDir, service), makeSeed());
  keepPolicyKey(keysDir);
  return missing;
}

/** Every service knows policy by these keys, the one of now first: whoever replaces policy.nk adds a line and takes none away. */
export const policyKeysFileOf = (keysDir: string): string => join(keysDir, "policy.pub");

function keepPolicyKey(keysDir: string): void {
  const key = publicKeyOf(readOrNull(keyFileOf(keysDir, "policy")) ?? "");
  const file = policyKeysFileOf(keysDir);
  const known = readOrNull(file) ?? "";
  if (key === null || policyKeysIn(known).includes(key)) return;
  writeFileSync(`${file}.new`, [key, ...policyKeysIn(known), ""].join("\n"), { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

/** Whose decisions a service believes. Stops where the file is missing: without it anybody's would be. */
export const readTrust = (keysDir: string): Effect.Effect<Trust, Stopped> =>
  Effect.suspend(() => {
    const file = policyKeysFileOf(keysDir);
    const policyKeys = policyKeysIn(readOrNull(file) ?? "");
    if (policyKeys.length > 0) return Effect.succeed({ policyKeys });
    const sentence = `There is no public key of policy at ${file}: \`claw nats keys <dir>\` makes it, and it belongs beside the key of every service.`;
    return Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
  });

/** A seed from its file. Stops with what to do where there is none, or where the file holds something else. */
export const readSeed = (file: string): Effect.Effect<string, Stopped> =>
  Effect.suspend(() => {
    const seed = readOrNull(file);
    if (seed !== null && publicKeyOf(seed) !== null) return Effect.succeed(seed);
    const why = seed === null ? `There is no key at ${file}` : `${file} holds no seed of a NATS user`;
    const sentence = `${why}: \`claw nats keys <dir>\` makes the keys, and CLAW_TOKEN_FILE names another file.`;
    return Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
  });

/** The public keys of all services. Stops at the first seed that is missing or wrong. */
export const publicKeys = (keysDir: string): Effect.Effect<PublicKeys, Stopped> =>
  Effect.map(
    Effect.forEach(SERVICES, (service) =>
      Effect.map(readSeed(keyFileOf(keysDir, service)), (seed) => [service, publicKeyOf(seed)] as const),
    ),
    (pairs) => Object.fromEntries(pairs) as PublicKeys,
  );

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
