/**
 * A process's own output lines: JSON on stderr, one object a line, so that a log can never be forged by a line break in a name.
 * Callers pass fields, never payloads; what looks like a credential by its key is left out even so.
 */
import pino from "pino";

export type Diagnostics = pino.Logger;
export type DiagnosticsLevel = "silent" | "error" | "warn" | "info" | "debug";

const HIDDEN = [
  "token",
  "bearer",
  "authorization",
  "secret",
  "password",
  "*.token",
  "*.bearer",
  "*.authorization",
  "*.secret",
];

export const makeDiagnostics = (service: string, level: DiagnosticsLevel): Diagnostics =>
  pino(
    { name: service, level, base: { service }, redact: { paths: HIDDEN, censor: "[hidden]" } },
    pino.destination({ fd: 2, sync: true }),
  );

/** Says nothing. For tests and for programs that talk to people themselves. */
export const noDiagnostics: Diagnostics = pino({ level: "silent" });
