/** What the JetStream API answers: objects of JSON whose members may be missing. */
import type { Msg } from "@nats-io/transport-node";

/** An object of JSON whose members are not yet known. */
export type Answer = Readonly<Record<string, unknown>>;

/** A message's data as an object of JSON, or null. */
export function objectIn(message: Pick<Msg, "string">): Answer | null {
  try {
    return asObject(JSON.parse(message.string()));
  } catch {
    return null;
  }
}

export const asObject = (value: unknown): Answer | null =>
  typeof value === "object" && value !== null ? (value as Answer) : null;

export function numberIn(answer: Answer | null, name: string): number | null {
  const value = answer?.[name];
  return typeof value === "number" ? value : null;
}
