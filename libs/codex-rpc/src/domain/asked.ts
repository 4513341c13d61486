import type { Inbound } from "./inbound.ts";
import type { RequestId } from "./framing.ts";

type Request = Extract<Inbound, { readonly kind: "request" }>;

/**
 * Which questions a connection may still answer: those that it heard itself, each once. A server counts its questions from 0 in each of its lives, so an
 * id alone, remembered from another connection, could name somebody else's question. A machine without clock or I/O.
 */
export interface Asked {
  /** A question arrived, or arrived again: the newest copy is the one that counts. */
  readonly hear: (request: Request) => void;
  /** It is over: answered by somebody, or with what it belonged to. */
  readonly close: (id: RequestId) => void;
  /** True if this very copy is open here; from then on it is not any more. */
  readonly take: (request: Request) => boolean;
}

/** Questions that are open at once on one connection; beyond them the oldest can no longer be answered. */
const maxAsked = 4_096;

export function makeAsked(): Asked {
  const open = new Map<RequestId, Request>();
  return {
    hear: (request) => {
      open.delete(request.id);
      const [oldest] = open.keys();
      if (oldest !== undefined && open.size >= maxAsked) open.delete(oldest);
      open.set(request.id, request);
    },
    close: (id) => void open.delete(id),
    take: (request) => open.get(request.id) === request && open.delete(request.id),
  };
}
