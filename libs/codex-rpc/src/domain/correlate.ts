import type { RequestId } from "./framing.ts";

/** Whom a reply belongs to: `late` is a reply to a call that has already ended, `unknown` to none of ours. */
export type Match<Ticket> =
  | { readonly kind: "ticket"; readonly ticket: Ticket }
  | { readonly kind: "late" }
  | { readonly kind: "unknown" };

/** Which calls are open. A machine without clock or I/O: an id gets its ticket back at most once. */
export interface Correlator<Ticket> {
  /** Opens a call under a fresh id, or returns null when `inflight` calls are open already. */
  readonly open: (ticket: Ticket) => RequestId | null;
  /** Ends the call that a reply answers. The type of an id matters: `"1"` does not answer `1`. */
  readonly settle: (id: RequestId) => Match<Ticket>;
  /** Ends a call that nobody waits for any more; its reply will be `late`. */
  readonly abandon: (id: RequestId) => void;
  /** Ends all calls and hands back their tickets, oldest first. */
  readonly drain: () => readonly Ticket[];
  readonly size: () => number;
}

/** How many ended calls are remembered, to tell a late reply from one that was never asked for. */
const rememberedIds = 1_024;

export function makeCorrelator<Ticket>(options: {
  readonly inflight: number;
  readonly ids: "integer" | "string";
}): Correlator<Ticket> {
  const pending = new Map<RequestId, Ticket>();
  const ended = new Set<RequestId>();
  let last = 0;

  function end(id: RequestId): void {
    pending.delete(id);
    ended.add(id);
    if (ended.size > rememberedIds) for (const oldest of ended) return void ended.delete(oldest);
  }

  return {
    open: (ticket) => {
      if (pending.size >= options.inflight) return null;
      last += 1;
      const id = options.ids === "string" ? `c${last}` : last;
      pending.set(id, ticket);
      return id;
    },
    settle: (id) => {
      const ticket = pending.get(id);
      if (ticket === undefined) return { kind: ended.has(id) ? "late" : "unknown" };
      end(id);
      return { kind: "ticket", ticket };
    },
    abandon: (id) => {
      if (pending.has(id)) end(id);
    },
    drain: () => {
      const tickets = [...pending.values()];
      for (const id of pending.keys()) end(id);
      return tickets;
    },
    size: () => pending.size,
  };
}
