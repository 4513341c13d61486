/** Frames of an endpoint that could not be read, counted and then told in one fact, so that a garbling server costs a line, not a flood. */
import type { Unreadable } from "@claw/codex-rpc";
import type { EndpointId, OpenEvent } from "@claw/events";
import { openEvent } from "../domain/telling.ts";

export interface Misread {
  readonly count: (unreadable: Unreadable) => void;
  /** What was counted since the last time, one event for each reason. */
  readonly take: (at: number) => readonly OpenEvent[];
}

interface Tally {
  readonly count: number;
  readonly bytes: number;
  readonly digest: string;
}

export function makeMisread(endpointId: EndpointId): Misread {
  const tallies = new Map<Unreadable["reason"], Tally>();
  return {
    count: ({ reason, bytes, digest }) => {
      const before = tallies.get(reason) ?? { count: 0, bytes: 0 };
      tallies.set(reason, { count: before.count + 1, bytes: before.bytes + bytes, digest });
    },
    take: (at) => {
      const events = [...tallies].map(([reason, tally]) =>
        openEvent("endpoint.misread", at, { endpointId, reason, ...tally }),
      );
      tallies.clear();
      return events;
    },
  };
}
