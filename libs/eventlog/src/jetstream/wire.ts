/**
 * Whether the wire holds. Each loss begins an *era*: what was asked in an earlier one is answered in no later one, so whoever waits for an answer
 * compares eras instead of guessing from silence.
 */
import { errors, type Status } from "@nats-io/transport-node";

export interface Wire {
  readonly isUp: () => boolean;
  readonly era: () => number;
  /** Calls at each change; answers with how to stop it. */
  readonly watch: (changed: (change: WireChange) => void) => () => void;
  readonly hear: (status: Status) => void;
}

export type WireChange =
  | { readonly kind: "down" }
  | { readonly kind: "up" }
  | { readonly kind: "closed" }
  /** The server refused to take what was published there. It says so aside, never to who published. */
  | { readonly kind: "refused"; readonly subject: string };

export function makeWire(): Wire {
  const watchers = new Set<(change: WireChange) => void>();
  const state = { isUp: true, era: 1 };
  const tell = (change: WireChange): void => {
    for (const watcher of Array.from(watchers)) watcher(change);
  };
  return {
    isUp: () => state.isUp,
    era: () => state.era,
    watch: (changed) => {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    hear: (status) => {
      const change = changeOf(status);
      if (change === null) return;
      if (change.kind === "up") state.isUp = true;
      if (change.kind === "down" || change.kind === "closed") {
        state.isUp = false;
        state.era += 1;
      }
      tell(change);
    },
  };
}

function changeOf(status: Status): WireChange | null {
  if (status.type === "disconnect") return { kind: "down" };
  if (status.type === "reconnect") return { kind: "up" };
  if (status.type === "close") return { kind: "closed" };
  if (status.type !== "error" || !(status.error instanceof errors.PermissionViolationError)) return null;
  return status.error.operation === "publish" ? { kind: "refused", subject: status.error.subject } : null;
}
