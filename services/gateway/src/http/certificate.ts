/** The certificate that the gateway shows, read once at the start. */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";

/** PEM texts. The key is in here and nowhere else. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * The certificate, or null where none is set: then the gateway speaks plain HTTP. Refuses one file without the other, files that cannot be read,
 * and a pair that does not belong together.
 */
export const readCertificate = (files: {
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}): Effect.Effect<Certificate | null, Stopped> =>
  Effect.gen(function* () {
    const { tlsCert, tlsKey } = files;
    if (tlsCert === undefined && tlsKey === undefined) return null;
    if (tlsCert === undefined || tlsKey === undefined)
      return yield* stopped(
        `${tlsCert === undefined ? "CLAW_TLS_KEY" : "CLAW_TLS_CERT"} is set without ${tlsCert === undefined ? "CLAW_TLS_CERT" : "CLAW_TLS_KEY"}: set both, or neither.`,
      );
    const pair = { cert: yield* read("CLAW_TLS_CERT", tlsCert), key: yield* read("CLAW_TLS_KEY", tlsKey) };
    return yield* Effect.try({
      try: () => {
        createSecureContext(pair);
        return pair;
      },
      catch: () =>
        problem("CLAW_TLS_CERT and CLAW_TLS_KEY are no certificate in PEM with the key that belongs to it."),
    });
  });

/** Which file and why; never what is in it. */
const read = (variable: string, path: string): Effect.Effect<Buffer, Stopped> =>
  Effect.try({
    try: () => readFileSync(path),
    catch: (error) =>
      problem(
        `The file of ${variable} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
      ),
  });

const problem = (sentence: string): Stopped => new Stopped({ sentence, exitCode: EXIT.usage });
const stopped = (sentence: string): Effect.Effect<never, Stopped> => Effect.fail(problem(sentence));
