import { Data } from "effect";
import { readRefusal, type Refusal } from "./domain/refusal.ts";

/** When trying again makes sense: at once (after reconnecting), after a while, or not before something changes. */
export type Retry = "now" | "later" | "never";

const retryOf = {
  bad_target: "never",
  bearer_missing: "never",
  connect_failed: "later",
  connect_timeout: "later",
  upgrade_refused: "later",
  unauthorized: "never",
  spawn_failed: "never",
  child_exited: "later",
  handshake_timeout: "later",
  handshake_refused: "never",
  request_timeout: "later",
  overloaded: "later",
  draining: "later",
  rejected: "never",
  method_unknown: "never",
  reply_malformed: "never",
  not_asked: "never",
  inflight_full: "later",
  outbound_full: "later",
  closed_by_server: "now",
  closed_by_owner: "never",
  transport_failed: "now",
  silent: "now",
  inbox_overflow: "now",
  frame_too_large: "later",
  cursor_loop: "never",
} as const satisfies Record<string, Retry>;

export type CodexFaultCode = keyof typeof retryOf;

/** The longest server text that a fault repeats, in characters. */
const maxMessage = 512;

/** What a fault may say besides its code. Never a payload, never a token. */
export interface CodexFaultDetail {
  /** One sentence. Text that a server chose is cut to 512 characters; redact it before it is stored. */
  readonly message: string;
  readonly method?: string;
  /** The JSON-RPC error code; null when the server gave none. */
  readonly rpcCode?: number | null;
  /** The HTTP status of a refused upgrade. */
  readonly status?: number;
  /** The WebSocket close code, or the exit code of a child. */
  readonly closeCode?: number | null;
  readonly timeoutMs?: number;
}

/** The world failed while speaking to Codex. One family, told apart by `code`; `retry` says what to do. */
export class CodexFault extends Data.TaggedError("CodexFault")<
  CodexFaultDetail & { readonly code: CodexFaultCode; readonly retry: Retry }
> {}

/** Makes a fault; its `retry` follows from its code. */
export function fault(code: CodexFaultCode, detail: CodexFaultDetail): CodexFault {
  return new CodexFault({ ...detail, message: cut(detail.message), code, retry: retryOf[code] });
}

/** What the server's "no" means; null for every fault that is not the server's own "no". */
export const refusalOf = ({ code, message }: Pick<CodexFault, "code" | "message">): Refusal | null =>
  code === "rejected" ? readRefusal(message) : null;

/** The call was surely not carried out: the server said so before it began, or never got it. After any other fault it may have been. */
export const didNothing = ({ code }: Pick<CodexFault, "code">): boolean => UNDONE.has(code);

const UNDONE: ReadonlySet<CodexFaultCode> = new Set([
  "overloaded",
  "draining",
  "rejected",
  "method_unknown",
  "inflight_full",
  "outbound_full",
  "not_asked",
]);

function cut(message: string): string {
  return message.length <= maxMessage ? message : `${message.slice(0, maxMessage - 1)}…`;
}
