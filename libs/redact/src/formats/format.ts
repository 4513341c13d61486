import type { Rng } from "./draw.ts";

export interface SecretFormat {
  readonly name: string;
  /** The kind that the redactor's mark names. */
  readonly kind: string;
  /** Whether the secret is one word that is known by itself, or needs the text that `make` puts around it. */
  readonly isBare: boolean;
  /** A fresh specimen: the public beginning, the secret part, and the public end if any. */
  readonly make: (rng: Rng) => string;
  /** The part of a specimen that must not survive. */
  readonly secretOf: (made: string) => string;
}

/** A format of the form public lead, secret body, public tail. */
export const format = (
  name: string,
  kind: string,
  lead: string,
  body: (rng: Rng) => string,
  options: { readonly tail?: string; readonly isBare?: boolean } = {},
): SecretFormat => {
  const tail = options.tail ?? "";
  return {
    name,
    kind,
    isBare: options.isBare ?? true,
    make: (rng) => lead + body(rng) + tail,
    secretOf: (made) => made.slice(lead.length, made.length - tail.length),
  };
};
