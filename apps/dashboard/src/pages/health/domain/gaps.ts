/** What is missing of the record: facts that hosts had to let go, places that two facts claimed, and parts of histories that could not be had. Pure. */
import type { HostView } from "../../../api/types/host.ts";
import type { SessionView } from "../../../api/types/session.ts";
import { counted } from "../../../words/figures.ts";

export interface HostGap {
  readonly hostId: string;
  readonly name: string;
  readonly words: string;
}

type Host = Pick<HostView, "hostId" | "hostname" | "lostFacts" | "forks">;

/** Hosts by name, and sessions with most missing first. */
export function gapsOf<Session extends Pick<SessionView, "historyGaps">>(
  hosts: readonly Host[],
  sessions: readonly Session[],
): { readonly hosts: readonly HostGap[]; readonly sessions: readonly Session[] } {
  return {
    hosts: hosts
      .filter(({ lostFacts, forks }) => lostFacts > 0 || forks > 0)
      .map(({ hostId, hostname, lostFacts, forks }) => ({
        hostId,
        name: hostname ?? hostId,
        words: [
          lostFacts > 0 ? `${counted(lostFacts, "fact")} let go` : null,
          forks > 0 ? `${counted(forks, "place")} claimed twice` : null,
        ]
          .filter((word) => word !== null)
          .join(", "),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))),
    sessions: sessions
      .filter(({ historyGaps }) => historyGaps > 0)
      .toSorted((a, b) => b.historyGaps - a.historyGaps),
  };
}
