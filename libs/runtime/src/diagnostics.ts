/**
 * A process's own output lines on stderr: for a terminal one sentence a line, for everything else JSON, one object a line, so that a log can never
 * be forged by a line break in a name.
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
    process.stderr.isTTY ? { write: writeForPeople } : pino.destination({ fd: 2, sync: true }),
  );

/** Level and sentence, and the part that says it. Control characters have no place in a line for people. */
function writeForPeople(json: string): void {
  const { level, part, msg } = JSON.parse(json) as { level: number; part?: string; msg?: string };
  const text = `${pino.levels.labels[level] ?? "info"}${part === undefined ? "" : ` ${part}`}: ${msg ?? ""}`;
  process.stderr.write(`${text.replaceAll(/\p{Cc}/gu, " ")}\n`);
}

/** Says nothing. For tests and for programs that talk to people themselves. */
export const noDiagnostics: Diagnostics = pino({ level: "silent" });
