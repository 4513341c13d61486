/**
 * When to listen to a thread. A subscription keeps a thread loaded and its writer lock held, so the connector takes one when the thread becomes
 * active, which it hears of without one, and lets go five minutes after the thread fell idle (DESIGN 14.18). A thread that was just started
 * cannot be subscribed to until its first turn wrote something down: a refusal is tried again while the thread is active.
 */
export const IDLE_MS = 300_000;
const RETRY_MS = { first: 100, most: 10_000 } as const;

export interface Subscription {
  readonly isActive: boolean;
  readonly status: "none" | "asking" | "subscribed" | "leaving";
  /** Monotonic: since when the thread has been idle, and when a refused request may be repeated. */
  readonly idleSince: number;
  readonly retryAt: number;
  readonly refusals: number;
}

export type SubscriptionEvent =
  | { readonly type: "activity"; readonly isActive: boolean }
  | { readonly type: "asking" | "subscribed" | "refused" | "leaving" | "left" | "stayed" | "closed" };

export const noSubscription: Subscription = {
  isActive: false,
  status: "none",
  idleSince: 0,
  retryAt: 0,
  refusals: 0,
};

export function evolve(state: Subscription, event: SubscriptionEvent, nowMs: number): Subscription {
  switch (event.type) {
    case "activity":
      return activity(state, event.isActive, nowMs);
    case "asking":
      return { ...state, status: "asking" };
    case "subscribed":
      return { ...state, status: "subscribed", refusals: 0 };
    case "refused":
      return {
        ...state,
        status: "none",
        refusals: state.refusals + 1,
        retryAt: nowMs + Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(state.refusals, 10)),
      };
    case "leaving":
      return { ...state, status: "leaving" };
    case "left":
      return { ...state, status: "none" };
    case "stayed":
      return { ...state, status: "subscribed", idleSince: nowMs };
    case "closed":
      return { ...noSubscription, idleSince: nowMs };
  }
}

function activity(state: Subscription, isActive: boolean, nowMs: number): Subscription {
  if (isActive === state.isActive) return state;
  return isActive
    ? { ...state, isActive, retryAt: nowMs, refusals: 0 }
    : { ...state, isActive, idleSince: nowMs };
}

/** What is due now. Never two things at once: while a request is on its way, nothing is. */
export function due(state: Subscription, nowMs: number): "subscribe" | "leave" | null {
  if (state.status === "none") return state.isActive && nowMs >= state.retryAt ? "subscribe" : null;
  if (state.status !== "subscribed" || state.isActive) return null;
  return nowMs - state.idleSince >= IDLE_MS ? "leave" : null;
}

/** Nothing is known that would be lost by forgetting it. */
export const isIdle = (state: Subscription): boolean => state.status === "none" && !state.isActive;
