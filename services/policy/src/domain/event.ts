/** Events as `decide` makes them. */
import type { BodyOf, Event, EventOf, EventType } from "@claw/events";

export const event = <Type extends EventType>(
  type: Type,
  at: number,
  data: EventOf<Type>["data"],
  body: BodyOf<Type> | null = null,
): Event => ({ type, at, data, body }) as unknown as Event;
