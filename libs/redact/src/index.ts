export { makeRedactor, REDACTOR_VERSION } from "./redactor.ts";
export type { Finding, Redactor, RedactorOptions } from "./redactor.ts";
export type { Kinds, Redacted } from "./redact-text.ts";
export { HELD_MAX } from "./stream.ts";
export type { StreamRedactor } from "./stream.ts";
export type { Json, RedactedTree } from "./tree.ts";
export { KNOWN_MIN } from "./known.ts";
export { safeEndpoint, stripControls } from "./present.ts";
