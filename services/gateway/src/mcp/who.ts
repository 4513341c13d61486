/** Who calls over MCP. */
import type { HostId, Principal, Via } from "@claw/events";
import type { Caller } from "../auth/authenticate.ts";

/** A person or a Claw with their own token, or a thread with its key. */
export type McpCaller =
  | ({ readonly kind: "token" } & Caller)
  | { readonly kind: "thread"; readonly tokenId: string; readonly hostId: HostId };

/** The host that minted the key; null for people and Claws. */
export const hostOf = (caller: McpCaller): HostId | null => (caller.kind === "thread" ? caller.hostId : null);

/** Who asks for one thing. */
export interface Asking {
  readonly tokenId: string;
  readonly principal: Principal;
  /** The session that asks, and the turn in which it says that it does; null for people and Claws. */
  readonly via: Via | null;
}
