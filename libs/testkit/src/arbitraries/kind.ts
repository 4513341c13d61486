/** How an arbitrary of one kind of event is written. */
import type { DataOf, EventOf, EventType } from "@claw/events";
import fc from "fast-check";
import { at } from "./ids.ts";

export type Kinds = { readonly [Type in EventType]: fc.Arbitrary<EventOf<Type>> };

/** An event of one kind. An erased body is null. */
export const kind = <Type extends EventType>(
  type: Type,
  data: fc.Arbitrary<DataOf<Type>>,
  body: fc.Arbitrary<EventOf<Type>["body"]> = fc.constant(null),
): fc.Arbitrary<EventOf<Type>> => fc.record({ type: fc.constant(type), at: at, data, body });
