/**
 * Puts a thread back into an app-server's memory. One that the supervisor made gets the supervisor's MCP server again, with a new key, because Codex keeps
 * neither (PROTOCOL trap 16); a person's thread is resumed as it is (law 7).
 */
import { type CodexFault, readThread, resumeThread, type Thread } from "@claw/codex-rpc";
import { sessionIdOf } from "../domain/names.ts";
import { Effect } from "effect";
import { isMadeByUs, isMcpFailure, mcpConfig } from "../domain/mcp-config.ts";
import { subscription, watched } from "../watch/desk.ts";
import { accessFor, type KeyHeld, type PerformTools, type Place } from "./tools.ts";

export type Loaded =
  | { readonly type: "loaded"; readonly thread: Thread }
  /** It needs what is not there now: an address, a key, or the MCP server behind them. */
  | { readonly type: "unreachable"; readonly reason: string; readonly isFinal: boolean };

/**
 * What was seen a moment ago decides nothing: a thread that is in memory by now is left as it is, or Codex would put it away for the configuration. `held` is the
 * command's, however often it tries.
 */
export const load = Effect.fnUntraced(function* (
  tools: PerformTools,
  place: Place,
  held: KeyHeld,
): Effect.fn.Return<Loaded, CodexFault> {
  const { connection } = place.desk;
  const thread = yield* readThread(connection, place.threadId);
  const isLoaded = thread.status.type !== "notLoaded";
  if (isLoaded || !isMadeByUs(thread)) return yield* resume(place, undefined);
  const access = accessFor(tools, held.key);
  if (typeof access === "string") return { type: "unreachable", reason: access, isFinal: false };
  held.key = access.key;
  // Before it is used: a key that was bound for nothing harms nobody, and one that works unbound is of no use.
  held.isKeyBound ||= tools.keys.bind(access.key.id, sessionIdOf(place.threadId));
  if (!held.isKeyBound) return { type: "unreachable", reason: "outbox_full", isFinal: false };
  return yield* resume(place, mcpConfig(access)).pipe(
    Effect.catchIf(isMcpFailure, (fault) =>
      Effect.succeed<Loaded>({
        type: "unreachable",
        reason: reasonOf(place, fault.message),
        isFinal: true,
      }),
    ),
  );
});

const resume = (place: Place, config: Readonly<Record<string, unknown>> | undefined) =>
  Effect.map(resumeThread(place.desk.connection, place.threadId, config), (thread): Loaded => {
    subscribed(place);
    return { type: "loaded", thread };
  });

/** Lets the watch know that the thread is subscribed to now, so that it lets go again (DESIGN 14.18). */
export function subscribed({ desk, threadId }: Place): void {
  const thread = watched(desk, threadId);
  if (thread?.subscription.status === "none") subscription(desk, thread, { type: "stayed" });
}

/** What Codex said, without secrets, and short. */
export const reasonOf = ({ desk }: Pick<Place, "desk">, message: string): string =>
  desk.redaction.scrub(message, MAX_REASON_BYTES).text;
const MAX_REASON_BYTES = 300;
