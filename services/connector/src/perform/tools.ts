/** What commands are carried out with, and what is known of one while it is. */
import type { EndpointId, HostId, Placement, SessionId } from "@claw/events";
import type { Clocks, Diagnostics } from "@claw/runtime";
import type { CommandOrder } from "../domain/fence.ts";
import type { McpAccess } from "../domain/mcp-config.ts";
import { isUnbound } from "../domain/requested.ts";
import type { KeyRing, ThreadKey } from "../keys/key-ring.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Redaction } from "../redaction.ts";
import type { Line } from "../uplink/line.ts";
import type { Desk } from "../watch/desk.ts";
import type { Interrupts } from "./interrupts.ts";

export interface PerformTools {
  readonly hostId: HostId;
  readonly outbox: Outbox;
  /** The endpoints that are connected now. */
  readonly desks: ReadonlyMap<EndpointId, Desk>;
  readonly clocks: Clocks;
  readonly diagnostics: Diagnostics;
  readonly redaction: Redaction;
  /** Keys for threads of ours. */
  readonly keys: KeyRing;
  /** What the house said last of this host. */
  readonly house: () => HouseWord;
  /** Folders under which sessions may be spawned, as the operator wrote them. */
  readonly roots: readonly string[];
}

export interface HouseWord {
  /** Null before the first word. */
  readonly placement: Placement | null;
  /** Where threads reach the MCP server; null where there is none. */
  readonly mcpUrl: string | null;
}

/** For what calls Codex, and has to keep others from doing so meanwhile. */
export interface ActingTools extends PerformTools {
  readonly interrupts: Interrupts;
}

/** What a repeat of it says, it is from then on: another uplink, less time, or no text where it was halted meanwhile. */
export interface Order extends CommandOrder {
  text: string | null;
  /** Monotonic: when its time is over. */
  untilMs: number;
  /** On which it came. If it is not current any more, the command is sent again with what is left of its time, and this copy must not begin. */
  line: Line;
}

export const leftMs = ({ clocks }: PerformTools, { untilMs }: Order): number => untilMs - clocks.monoMs();

/** An app-server that is connected, and what it calls the session there. */
export interface Place {
  readonly desk: Desk;
  readonly threadId: string;
}

/** Where a command is carried out now, or what stands in the way. */
export function placeOf(
  { outbox, desks }: PerformTools,
  { endpointId, sessionId }: { readonly endpointId: EndpointId; readonly sessionId: SessionId },
): Place | "endpoint_lost" | "session_unknown" {
  const desk = desks.get(endpointId);
  if (desk === undefined) return "endpoint_lost";
  const state = outbox.session(sessionId);
  return state === null || isUnbound(state) ? "session_unknown" : { desk, threadId: state.threadId };
}

/** The key that was taken for the thread of one command. The next try has the same: one that failed has used up no other. */
export interface KeyHeld {
  key: ThreadKey | null;
  /** The house was told whose it is. */
  isKeyBound: boolean;
}

export interface Access extends McpAccess {
  readonly key: ThreadKey;
}

/** What a thread of ours needs to call the supervisor, or what is missing. `key` is one that was taken for the same thread before. */
export function accessFor(
  { house, keys }: PerformTools,
  key: ThreadKey | null,
): Access | "no_url" | "no_key" {
  const { mcpUrl } = house();
  if (mcpUrl === null) return "no_url";
  const mine = key ?? keys.take();
  return mine === null ? "no_key" : { url: mcpUrl, bearer: mine.bearer, key: mine };
}
