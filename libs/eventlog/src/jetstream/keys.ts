/**
 * NKeys: who a service is to the NATS server. The server's configuration holds public keys only; the seed is in a file of the service's own and
 * signs a nonce at each connect, so nothing on the wire or in a configuration lets anybody else in (RELIABILITY 2.1).
 */
import { nkeys } from "@nats-io/transport-node";

const decoder = new TextDecoder();

/** A new user's seed, as text. It is a secret: whoever has it is that service. */
export const makeSeed = (): string => decoder.decode(nkeys.createUser().getSeed());

/** The public key (`U…`) of a user's seed, or null for what is no seed of a user. */
export function publicKeyOf(seed: string): string | null {
  try {
    const key = nkeys.fromSeed(new TextEncoder().encode(seed.trim())).getPublicKey();
    return key.startsWith("U") ? key : null;
  } catch {
    return null;
  }
}
