/** What the rules for questions say to one of a turn that is ours: one function for what is answered, and for who only asks what would be (N1-026). */
import {
  answersTo,
  type GrantPlace,
  haltOver,
  NOT_SHOWN_IN_FULL,
  type Origin,
  placesOver,
  type QuestionKind,
  rulingKey,
  rulingOver,
} from "@claw/events";
import { isUnder } from "./folders.ts";
import { reachOf } from "./groups.ts";
import { isLike } from "./pattern.ts";
import type { QuestionSight, SessionSight, Sight } from "./sight.ts";
import { namesOf } from "./spawned.ts";
import type { House, QuestionRuling } from "./state.ts";

/** As much of a question as rules look at. */
export type Shown = Pick<QuestionSight, "subject" | "subjectDigest" | "workspace" | "listed">;

export interface Ruled {
  /** `ask`: people are asked for the rule's `waitMs`, then it is declined. */
  readonly answer: "decline" | "ask" | "accept";
  /** `no_match`: a rule accepts others than this one, or cannot see it whole. `halted`: a rule would accept it. */
  readonly why: "no_rule" | "rule" | "no_match" | "halted";
  readonly ruling: QuestionRuling | null;
}

/** `rootIds` are the causes of the turn, whose halt lets nothing be accepted either. */
export function ruledOn(
  house: House,
  sight: Sight,
  session: SessionSight,
  kind: QuestionKind,
  shown: Shown,
  rootIds: Origin["rootIds"],
  at: number,
): Ruled {
  const ruling = rulingOver(house.rulings, kind, reachOf(house, session), at);
  if (ruling === null) return { answer: "decline", why: "no_rule", ruling };
  if (ruling.answer !== "accept") return { answer: ruling.answer ?? "decline", why: "rule", ruling };
  if (!mayAccept(session, ruling, shown, kind)) return { answer: "decline", why: "no_match", ruling };
  if (isHalted(house, sight, session, rootIds)) return { answer: "decline", why: "halted", ruling };
  return { answer: "accept", why: "rule", ruling };
}

/** Only what is seen whole, and by its digest: what the host does not show in full may be anything (RELIABILITY S20). */
function mayAccept(
  session: SessionSight,
  { pattern }: QuestionRuling,
  { subject, subjectDigest, workspace, listed }: Shown,
  kind: QuestionKind,
): boolean {
  if (pattern === null || subject === null || subjectDigest === null) return false;
  return (
    !subject.startsWith(NOT_SHOWN_IN_FULL) &&
    isAtHome(session, workspace) &&
    answersTo(kind, listed).includes("accept") &&
    isLike(subject, pattern)
  );
}

/** The same words mean something else in another folder, which no pattern sees: `git push` is accepted where the session works, and nowhere else. */
const isAtHome = ({ workspace: home }: SessionSight, folder: string | null): boolean =>
  folder === null || (home !== null && isUnder(home, folder));

/** A halt lets nothing happen by itself; to decline lets nothing happen either, and is done. */
const isHalted = (
  house: House,
  sight: Sight,
  { sessionId, hostId }: SessionSight,
  roots: Origin["rootIds"],
): boolean =>
  haltOver(house.halted, {
    sessions: namesOf(house, sight, sessionId),
    hosts: [hostId],
    groupOf: (id) => house.hosts.get(id)?.group,
    callerGroup: null,
    roots,
  }) !== null;

/** Where a ruling stands that counts for a session, and for which kind it was made; null for every one. */
export function placeOfRuling(
  house: House,
  session: SessionSight,
  kind: QuestionKind,
  ruling: QuestionRuling,
): { readonly place: GrantPlace; readonly kind: QuestionKind | null } | null {
  for (const place of placesOver(reachOf(house, session)))
    for (const about of [kind, null])
      if (house.rulings.get(rulingKey(about, place)) === ruling) return { place, kind: about };
  return null;
}
