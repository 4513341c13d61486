/** Which buckets a write draws from. People have their own and are free of those that hold automation back. */
import type { GroupId, LimitName, SessionId } from "@claw/events";
import type { Size } from "./bucket.ts";
import { limitOf } from "./limit.ts";
import type { House } from "./state.ts";
import type { Writer } from "./writer.ts";

type Kind = "session" | "pair" | "target" | "group" | "global" | "claw" | "person" | "spawn" | "progress";

export interface Charge {
  readonly key: string;
  /** The limit that says how fast it fills; the one of how much at once goes with it. */
  readonly limit: LimitName;
  readonly size: Size;
}

/**
 * What is charged: a send to a session of a group; a session that is asked for in one; what draws from the caller's own bucket alone, because it says nothing to
 * anybody; or a report, which has a bucket of its own, so that it keeps nobody from writing. `group` is null where nobody knows it.
 */
export type Write = { readonly writer: Writer } & (
  | { readonly kind: "send"; readonly target: SessionId; readonly group: GroupId | null }
  | { readonly kind: "spawn"; readonly group: GroupId | null }
  | { readonly kind: "own" }
  | { readonly kind: "progress" }
);

export function chargesOf(house: House, write: Write): readonly Charge[] {
  const { writer } = write;
  if (write.kind === "progress") return [charge(house, "progress", `progress/${writer.key}`)];
  const charges = [charge(house, writer.kind, writer.key)];
  if (write.kind === "own") return charges;
  if (write.kind === "spawn") charges.push(charge(house, "spawn", `spawn/${writer.key}`));
  if (writer.kind === "person") return charges;
  if (write.kind === "send") charges.push(...chargesOfTarget(house, writer, write.target));
  if (write.group !== null) charges.push(charge(house, "group", `group/${write.group}`));
  charges.push(charge(house, "global", "global"));
  return charges;
}

function chargesOfTarget(house: House, { sessionId }: Writer, target: SessionId): readonly Charge[] {
  const inbound = charge(house, "target", `target/${target}`);
  return sessionId === null ? [inbound] : [charge(house, "pair", `pair/${sessionId}/${target}`), inbound];
}

const charge = (house: House, kind: Kind, key: string): Charge => ({
  key,
  limit: `${kind}_rate`,
  size: sizeOf(house, kind),
});

const sizeOf = (house: House, kind: Kind): Size => ({
  perMinute: limitOf(house, `${kind}_rate`),
  atOnce: limitOf(house, `${kind}_burst`),
});

/** The size of the bucket of that key. */
export function sizeOfKey(house: House, key: string): Size {
  const [word] = key.split("/", 1);
  return sizeOf(house, KINDS.find((kind) => kind === word) ?? "person");
}
const KINDS: readonly Kind[] = ["session", "pair", "target", "group", "global", "claw", "spawn", "progress"];
