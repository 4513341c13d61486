import { handlers, Refused } from "./methods.ts";
import type { Mischief, MischiefPlan } from "./mischief.ts";
import type { Peer } from "./peer.ts";
import type { World } from "./state.ts";
import { resolveQuestion } from "./turns.ts";

/** What the fake needs to answer one message. */
export interface Desk {
  readonly world: World;
  readonly plan: MischiefPlan;
  /** Methods that this version does not know. */
  readonly unsupported: ReadonlySet<string>;
  /** Hears of every request, before it is answered. */
  readonly heard: (call: HeardCall) => void;
  /** Hears of everything that a client says, replies to our own questions included. */
  readonly overheard: (frame: HeardFrame) => void;
  /** Answers that are held back. */
  readonly held: (() => void)[];
}

export interface HeardCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
}

/** One frame of a client: what it wants, if it says so. */
export interface HeardFrame {
  readonly kind: "request" | "notification" | "reply" | "garbage";
  readonly method: string | null;
}

type Message = Readonly<Record<string, unknown>>;

/** Answers one text frame. What is not a JSON object is ignored, as the real server does. */
export function serve(desk: Desk, peer: Peer, text: string): void {
  const message = parse(text);
  desk.overheard(frameOf(message));
  if (!message) return;
  const { method, id } = message;
  if (typeof method !== "string") return resolveQuestion(desk.world, id, message);
  if (id === undefined) return;
  desk.heard({ id, method, params: message["params"] });
  const act = desk.plan.next(method);
  if (act === "lose") return peer.cut();
  if (act === "writer") return peer.send({ id, error: { code: -32_600, message: HELD_ELSEWHERE } });
  if (act === "refuse") return peer.send({ id, error: { code: -32_600, message: REFUSED } });
  const reply = { id, ...answer(desk, peer, method, message["params"]) };
  if (act) return misbehave(desk, peer, reply, act);
  peer.send(reply);
}

const REFUSED = "the test does not want this";
const HELD_ELSEWHERE = "thread of the test already has an active writer";

function frameOf(message: Message | null): HeardFrame {
  if (message === null) return { kind: "garbage", method: null };
  const { id, method } = message;
  if (typeof method !== "string") return { kind: "reply", method: null };
  return { kind: id === undefined ? "notification" : "request", method };
}

function answer(desk: Desk, peer: Peer, method: string, params: unknown): object {
  try {
    if (params === undefined) throw new Refused("Invalid request: missing field `params`");
    return { result: perform(desk, peer, method, isMessage(params) ? params : {}) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

function perform(desk: Desk, peer: Peer, method: string, params: Message): object {
  if (method === "initialize") return initialize(desk.world, peer, params);
  if (!peer.isInitialized) throw new Refused("Not initialized");
  const handler = desk.unsupported.has(method) ? undefined : handlers[method];
  if (!handler)
    throw new Refused(`Invalid request: unknown variant \`${method}\`, expected one of \`initialize\``);
  return handler(desk.world, peer, params);
}

function initialize(world: World, peer: Peer, params: Message): object {
  if (peer.isInitialized) throw new Refused("Already initialized");
  const { clientInfo, capabilities } = params;
  if (!isMessage(clientInfo)) throw new Refused("Invalid request: missing field `clientInfo`");
  const name = String(clientInfo["name"]);
  world.originator ??= name;
  peer.isInitialized = true;
  const optOut = isMessage(capabilities) ? capabilities["optOutNotificationMethods"] : null;
  if (Array.isArray(optOut)) peer.optOut(optOut);
  setImmediate(() => peer.notify("remoteControl/status/changed", { status: "disabled", serverName: "fake" }));
  return {
    userAgent: `${world.originator}/${world.version} (Fake 1.0; none) unknown (${name}; ${String(clientInfo["version"])})`,
    codexHome: world.codexHome,
    platformFamily: "unix",
    platformOs: "linux",
  };
}

function misbehave(
  desk: Desk,
  peer: Peer,
  reply: { readonly id: unknown },
  act: Exclude<Mischief, "lose" | "writer" | "refuse">,
): void {
  const { id } = reply;
  switch (act) {
    case "ignore":
      return;
    case "twice":
      peer.send(reply);
      return peer.send(reply);
    case "hold":
      return void desk.held.push(() => peer.send(reply));
    case "garble":
      return peer.sendRaw(JSON.stringify(reply).slice(0, -7));
    case "no_code":
      return peer.send({ id, error: { message: "without a code" } });
    case "neither":
      return peer.send({ id });
    case "overload":
      return peer.send({ id, error: { code: -32_001, message: "Server overloaded; retry later." } });
    case "drain":
      return peer.send({
        id,
        error: {
          code: -32_600,
          message: "Server is draining; retry after reconnecting",
          data: { reason: "serverShuttingDown" },
        },
      });
    case "loop":
      return peer.send({ id, result: { data: [], nextCursor: "again" } });
    case "cut":
      return peer.cut();
  }
}

function parse(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
