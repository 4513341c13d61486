/** `subscriptions/listen` of 2026-07-28: a request that stays open. The SDK answers it; here is who may, for how much, and until when. */
import { InMemoryServerEventBus, type ServerEventBus } from "@modelcontextprotocol/server";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { seenBy } from "../sight.ts";
import { callerOfRead } from "./caller.ts";
import { hostOf, type McpCaller } from "./who.ts";
import type { Changes, Watcher } from "./changes.ts";
import { refuseFollowing } from "./resources.ts";
import { MAX_FOLLOWED, type Parts } from "./server.ts";
import { CHECK_MS, type SeesOf } from "./sessions.ts";
import { bounded } from "./stream.ts";

/** Open subscriptions of one token, and of all keys of one host, which binds as many as it likes. */
const MAX_PER_CALLER = 16;
const MAX_OF_HOST = 256;

/** Open subscriptions of all callers. */
const MAX_OPEN = 1_024;

interface Open {
  readonly caller: McpCaller;
  readonly stop: AbortController;
  checkedAtMs: number;
}

/** One subscription that was begun. */
interface Begun {
  /** Ends it. */
  readonly stop: AbortController;
  /** On which it is told what changed: its own, so that nobody hears by another's sight that anything did (X1-026). */
  readonly bus: ServerEventBus;
  readonly end: () => void;
}

export interface Subscriptions {
  readonly begin: (caller: McpCaller, uris: ReadonlySet<string>) => Begun;
  readonly tick: (isStillGood: (caller: McpCaller) => boolean, isChanged: boolean) => void;
  readonly closeAll: () => void;
  readonly size: () => number;
}

export function makeSubscriptions(
  changes: Pick<Changes, "watch" | "unwatch">,
  monoMs: () => number,
  seesOf: SeesOf = () => () => true,
): Subscriptions {
  const open = new Set<Open>();
  return {
    begin: (caller, uris) => {
      refuseTooMany(open, caller);
      const one: Open = { caller, stop: new AbortController(), checkedAtMs: monoMs() };
      const bus = new InMemoryServerEventBus();
      const watcher: Watcher = {
        uris,
        sees: () => seesOf(caller),
        updated: (uri) => bus.publish({ kind: "resource_updated", uri }),
        listChanged: () => bus.publish({ kind: "resources_list_changed" }),
      };
      changes.watch(watcher);
      open.add(one);
      const end = (): void => {
        if (open.delete(one)) changes.unwatch(watcher);
      };
      return { stop: one.stop, bus, end };
    },
    tick: (isStillGood, isChanged) => {
      const now = monoMs();
      for (const one of open) {
        if (!isChanged && now - one.checkedAtMs < CHECK_MS) continue;
        one.checkedAtMs = now;
        if (!isStillGood(one.caller)) one.stop.abort();
      }
    },
    closeAll: () => [...open].forEach(({ stop }) => stop.abort()),
    size: () => open.size,
  };
}

function refuseTooMany(open: ReadonlySet<Open>, caller: McpCaller): void {
  const hostId = hostOf(caller);
  const own = [...open].filter(({ caller: { tokenId } }) => tokenId === caller.tokenId);
  const ofHost = [...open].filter((one) => hostId !== null && hostOf(one.caller) === hostId);
  if (own.length >= MAX_PER_CALLER) throw new Refused("too_many", { limit: MAX_PER_CALLER });
  if (ofHost.length >= MAX_OF_HOST) throw new Refused("too_many", { limit: MAX_OF_HOST });
  if (open.size >= MAX_OPEN) throw new Refused("too_many", { limit: MAX_OPEN });
}

const Listen = z.looseObject({
  params: z.looseObject({
    _meta: z.unknown(),
    notifications: z
      .looseObject({ resourceSubscriptions: z.array(z.string().max(200)).optional() })
      .optional(),
  }),
});

interface Asked {
  readonly caller: McpCaller;
  readonly body: object;
  readonly request: Request;
}

/** Serves one subscription by `fetch`. Refuses (throws) more than there may be, and resources that the caller could not read. */
export async function listen(
  parts: Parts,
  subscriptions: Subscriptions,
  { caller, body, request }: Asked,
  fetch: (request: Request, bus: ServerEventBus) => Promise<Response>,
): Promise<Response> {
  const read = Listen.safeParse(body);
  // Whatever the SDK would make of it: what cannot be read here was not allowed here.
  if (!read.success) throw new Refused("bad_request", { where: "params", why: "cannot be read" });
  const { _meta: meta, notifications } = read.data.params;
  const uris = new Set(notifications?.resourceSubscriptions);
  if (uris.size > MAX_FOLLOWED) throw new Refused("too_many", { limit: MAX_FOLLOWED });
  const asking = await callerOfRead(parts, { caller, session: null, left: request.signal }, meta);
  const house = seenBy(parts.house, asking);
  for (const uri of uris) refuseFollowing({ house, sight: parts.sight(), asking }, uri);
  const { stop, bus, end } = subscriptions.begin(caller, uris);
  try {
    const signal = AbortSignal.any([request.signal, stop.signal]);
    const response = await fetch(
      new Request(request.url, { method: "POST", headers: request.headers, signal }),
      bus,
    );
    if (response.body === null || response.headers.get("content-type") !== "text/event-stream") {
      end();
      return response;
    }
    return new Response(bounded(response.body, end), { status: response.status, headers: response.headers });
  } catch (error) {
    end();
    throw error;
  }
}
