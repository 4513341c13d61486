/**
 * Publishes with a window of acknowledgements: one inbox for all, no promise and no timer for each (a factor of four, STACK C).
 *
 * What is not acknowledged is published again in its old order and under its message id until its fate is known: after a loss of the wire, after
 * silence, after an answer that passes. Each publication of a message has a token of its own, so an answer to an earlier one, or from an earlier
 * connection, is nobody's answer.
 */
import { headers, type Msg, nuid } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { type Fate, readAck } from "./ack.ts";
import { MESSAGE_ID } from "./api.ts";
import { closed, forbidden, unreachable } from "./faults.ts";
import type { Guard } from "./guard.ts";
import type { NatsLink } from "./link.ts";
import {
  empty,
  emptyWindow,
  enqueue,
  isIdle,
  land,
  landAll,
  type Publication,
  publicationsOf,
  putBack,
  refusalOf,
  settle,
  takeOff,
  type ToPublish,
  type Window,
} from "./window.ts";

/** Silence after which a message is published again. */
const SILENCE_MS = 3_000;
/** How long one publication is tried. Less than the window of de-duplication, in which the same id is never stored twice; longer than an election. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
const TICK_MS = 250;

export interface Publisher {
  /** Publishes all in order and answers with each one's fate. Fails only where nothing was tried: the log has ended, or too much waits. */
  readonly publish: (messages: readonly ToPublish[]) => Effect.Effect<readonly Fate[], LogUnavailable>;
}

interface Desk {
  readonly link: NatsLink;
  readonly stream: string;
  readonly guard: Guard;
  readonly inbox: string;
  readonly window: Window;
  pauseMs: number;
  pause: NodeJS.Timeout | null;
  timer: NodeJS.Timeout | null;
}

/** Opens for the time of a scope. What is unknown when it closes fails as `closed`. */
export const openPublisher = (
  link: NatsLink,
  stream: string,
  guard: Guard,
): Effect.Effect<Publisher, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => open({ ...emptyDesk(), link, stream, guard, inbox: inboxOf(link) })),
      ({ close }) => Effect.sync(close),
    ),
    ({ desk }) => ({ publish: (messages) => publish(desk, messages) }),
  );

const emptyDesk = (): Pick<Desk, "window" | "pauseMs" | "pause" | "timer"> => ({
  window: emptyWindow(),
  pauseMs: PAUSE_MS,
  pause: null,
  timer: null,
});

const inboxOf = ({ inboxPrefix }: NatsLink): string => `${inboxPrefix}.${nuid.next()}`;

function open(desk: Desk): { readonly desk: Desk; readonly close: () => void } {
  const { link, guard, inbox } = desk;
  const subscription = link.connection.subscribe(`${inbox}.*`, {
    callback: (error, message) =>
      error === null ? hear(desk, message) : giveUp(desk, forbidden(`This key may not hear ${inbox}.`)),
  });
  const unwatchWire = link.wire.watch((change) => {
    if (change.kind === "refused") return refuse(desk, change.subject);
    if (change.kind !== "down") return;
    landAll(desk.window);
    goOn(desk);
  });
  const unwatchGuard = guard.watch(() => wellOrNot(desk));
  const unlisten = guard.alsoAsk(() => waitedMs(desk));
  return {
    desk,
    close: () => {
      unwatchWire();
      unwatchGuard();
      unlisten();
      if (!link.connection.isClosed()) subscription.unsubscribe();
      giveUp(desk, closed());
    },
  };
}

const publish = (
  desk: Desk,
  messages: readonly ToPublish[],
): Effect.Effect<readonly Fate[], LogUnavailable> =>
  Effect.callback((resume) => {
    const refusal = desk.guard.fault() ?? refusalOf(desk.window, messages);
    if (refusal !== null) return resume(Effect.fail(refusal));
    if (messages.length === 0) return resume(Effect.succeed([]));
    const fates: Fate[] = [];
    let known = 0;
    const until = performance.now() + PATIENCE_MS;
    const publications = messages.map((message, index) =>
      enqueue(desk.window, message, until, (fate) => {
        fates[index] = fate;
        known += 1;
        if (known === messages.length) resume(Effect.succeed(fates));
      }),
    );
    desk.timer ??= setInterval(() => tick(desk), TICK_MS);
    pump(desk);
    return Effect.sync(() => {
      for (const publication of publications) publication.isOver = true;
    });
  });

/** Sends what the window takes. */
function pump(desk: Desk): void {
  while (desk.pause === null && desk.guard.isWell()) {
    const next = takeOff(desk.window);
    if (next === null) return;
    send(desk, next.token, next.publication);
  }
}

function send({ link, stream, inbox }: Desk, token: string, publication: Publication): void {
  const { subject, messageId, data, expectedHead } = publication.message;
  const head = headers();
  head.set(MESSAGE_ID, messageId);
  head.set("Nats-Expected-Stream", stream);
  if (expectedHead !== undefined) head.set("Nats-Expected-Last-Subject-Sequence", String(expectedHead));
  publication.sentAt = performance.now();
  publication.firstSentAt ??= publication.sentAt;
  link.connection.publish(subject, data, { reply: `${inbox}.${token}`, headers: head });
}

function hear(desk: Desk, message: Msg): void {
  const publication = land(desk.window, message.subject.slice(desk.inbox.length + 1));
  if (publication === null) return;
  const ack = readAck(message, desk.stream);
  if (ack.kind === "again") {
    desk.window.again.push(publication);
    desk.guard.look();
  } else {
    if (ack.kind === "stored") desk.pauseMs = PAUSE_MS;
    settle(publication, ack);
  }
  goOn(desk);
}

/** Sends on, or, where something failed, pauses once nothing flies any more. */
function goOn(desk: Desk): void {
  if (desk.window.again.length === 0) return pump(desk);
  if (desk.window.flying.size > 0 || desk.pause !== null) return;
  desk.pause = setTimeout(() => {
    desk.pause = null;
    putBack(desk.window);
    pump(desk);
  }, desk.pauseMs);
  desk.pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * desk.pauseMs);
}

/** How long the server has owed an answer to what was sent first. What only waits here says nothing of the server. */
function waitedMs({ window: { flying, again } }: Desk): number {
  const now = performance.now();
  let since = now;
  for (const { isOver, firstSentAt } of [...flying.values(), ...again])
    if (!isOver && firstSentAt !== null) since = Math.min(since, firstSentAt);
  return now - since;
}

/** Gives up what was tried for too long, and lands what flies in silence. Its timer rests while there is nothing to watch. */
function tick(desk: Desk): void {
  const now = performance.now();
  for (const one of publicationsOf(desk.window))
    if (one.until < now)
      settle(one, { kind: "fault", fault: unreachable("The stream does not acknowledge.") });
  const oldest = desk.window.flying.values().next().value;
  if (oldest !== undefined && now - oldest.sentAt > SILENCE_MS) landAll(desk.window);
  goOn(desk);
  if (isIdle(desk.window)) rest(desk);
}

function rest(desk: Desk): void {
  if (desk.timer !== null) clearInterval(desk.timer);
  desk.timer = null;
}

/** The server does not let this key publish there. */
function refuse({ window }: Desk, subject: string): void {
  const fault = forbidden(`This key may not publish ${subject}.`);
  for (const one of publicationsOf(window))
    if (one.message.subject === subject) settle(one, { kind: "fault", fault });
}

function wellOrNot(desk: Desk): void {
  const fault = desk.guard.fault();
  if (fault === null) pump(desk);
  else giveUp(desk, fault);
}

function giveUp(desk: Desk, fault: LogUnavailable): void {
  for (const one of publicationsOf(desk.window)) settle(one, { kind: "fault", fault });
  empty(desk.window);
  rest(desk);
  if (desk.pause !== null) clearTimeout(desk.pause);
  desk.pause = null;
}
