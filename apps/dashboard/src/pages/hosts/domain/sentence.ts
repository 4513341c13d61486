/** The one sentence that opens the page: how many hosts are live, which are not and since when, and whose clock is off (DESIGN-NOTES, "One sentence first"). */
import type { HostView } from "../../../api/types/host.ts";
import { ageOf, msOf } from "../../../words/age.ts";
import { counted } from "../../../words/figures.ts";
import { isSkewed, nameOf } from "./knowledge.ts";

/** A piece of it: words as they are, a figure, or a host to go to. */
export type Piece =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "figure"; readonly text: string }
  | { readonly kind: "host"; readonly text: string; readonly hostId: string };

/** So many silent hosts are named; of more it is said how many. */
const MOST_NAMED = 3;

const words = (text: string): Piece => ({ kind: "words", text });
const number = (text: string): Piece => ({ kind: "figure", text });

export function sentenceOf(hosts: readonly HostView[], nowMs: number): readonly Piece[] {
  if (hosts.length === 0) return [words("No host has joined yet. "), words("`claw host add` lets one join.")];
  const live = hosts.filter(({ freshness }) => freshness.state === "live").length;
  const skewed = hosts.filter(isSkewed).length;
  return [
    number(String(live)),
    words(" of "),
    number(String(hosts.length)),
    words(hosts.length === 1 ? " host is live." : " hosts are live."),
    ...silentPieces(hosts, nowMs),
    ...(skewed === 0 ? [] : [words(` ${skewed === 1 ? "One clock is" : `${skewed} clocks are`} off.`)]),
  ];
}

function silentPieces(hosts: readonly HostView[], nowMs: number): readonly Piece[] {
  const silent = hosts.filter(({ freshness }) => freshness.state !== "live");
  const named = silent.slice(0, MOST_NAMED).flatMap((host, index) => {
    const sinceAt = msOf(host.freshness.sinceAt);
    return [
      words(index === 0 ? " " : "; "),
      { kind: "host", text: nameOf(host), hostId: host.hostId } as const,
      words(host.freshness.state === "gone" ? " has been gone for " : " has been silent for "),
      number(sinceAt === null ? "a time nobody knows" : ageOf(nowMs - sinceAt)),
    ];
  });
  if (named.length === 0) return [];
  const more = silent.length - MOST_NAMED;
  return [...named, words(more > 0 ? `; so have ${counted(more, "other")}.` : ".")];
}
