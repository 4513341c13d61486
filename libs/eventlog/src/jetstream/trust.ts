/**
 * Whose decisions are believed. Several keys may publish in the log, the keeper's everything, and nats-server does not check where a client has answers
 * delivered (RELIABILITY E14, E17). The ledger refuses what lies under a subject that is not its own; what a decision is worth is not left to that
 * alone. Policy signs what it appends, with the nkey that it has anyway, and a decision without its signature is none (ADR 0011).
 */
import { nkeys } from "@nats-io/transport-node";

export interface Trust {
  /** Public keys (`U…`) of policy: the one that signs now, and those of before whose decisions are still in the log. */
  readonly policyKeys: readonly string[];
}

/** Signs the bytes of an entry; base64. */
export type Sign = (bytes: Uint8Array) => string;

export function signerOf(seed: string): Sign {
  const pair = nkeys.fromSeed(new TextEncoder().encode(seed.trim()));
  return (bytes) => Buffer.from(pair.sign(bytes)).toString("base64");
}

/** True if one of the keys signed these bytes. */
export const isSignedBy = ({ policyKeys }: Trust, bytes: Uint8Array, signature: string | null): boolean =>
  signature !== null && policyKeys.some((key) => verifies(key, bytes, signature));

/** A key or a signature that is none verifies nothing. */
function verifies(key: string, bytes: Uint8Array, signature: string): boolean {
  try {
    return nkeys.fromPublic(key).verify(bytes, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

/** The public keys in a file, one a line; what is no key of a user is left out. */
export const policyKeysIn = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^U[A-Z2-7]{55}$/.test(line));
