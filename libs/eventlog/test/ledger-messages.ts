/** One fixed stream for processes that are killed; made of nothing that tests of one process need. */
import { sequence } from "@claw/events";
import { givenEpoch, givenHost, givenHostEntry } from "../src/contract/given.ts";
import type { RawMessage } from "../src/index.ts";
import { messageOf } from "../src/jetstream/message.ts";

export function theMessages(count: number): readonly RawMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    ...messageAt(index),
    sequence: sequence(index + 1),
  }));
}

function messageAt(index: number): Omit<RawMessage, "sequence"> {
  const fact = (seq: number, what = "") =>
    messageOf(givenHostEntry(givenHost("h1"), givenEpoch(1), seq, what));
  const seq = index - Math.floor(index / 7);
  switch (index % 7) {
    case 0:
      return index % 2 === 0 ? fact(Math.max(1, seq), "clone") : { ...fact(1), subject: "log.decided" };
    case 3:
      return fact(seq + 1);
    case 4:
      return fact(seq - 1);
    default:
      return fact(seq);
  }
}
