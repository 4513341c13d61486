/** Rules that end loops: what one cause may be passed on, and how often (N1-028, RELIABILITY §5, DESIGN 14.13). */
import type { Origin, SessionId } from "@claw/events";
import { edgeOf } from "../folds/commands.ts";
import { limitOf } from "../limit.ts";
import type { Question } from "../question.ts";
import type { Rule } from "./rule.ts";

/** A send of one session to another. */
function passing({ command, via }: Question): { readonly from: SessionId; readonly to: SessionId } | null {
  if (command.type !== "session.send" || via === null) return null;
  return { from: via.sessionId, to: command.target.sessionId };
}

/** A cause is passed on by what a session says to another, and to one that it asks for, which is in no circle yet. */
const passesOn = ({ command: { type }, via }: Question): boolean =>
  via !== null && (type === "session.send" || type === "session.spawn" || type === "session.fork");

export const noEcho: Rule = (_house, question) => {
  const way = passing(question);
  return way === null || way.from !== way.to ? null : { code: "self_echo", facts: { sessionId: way.to } };
};

/** What a session asks for without a cause that anybody knows is not done: the chain behind it might be of any length. */
export const knownCause: Rule = (_house, _question, cause) => cause.refusal;

export const noCycle: Rule = (_house, question, { origin }) => {
  const way = passing(question);
  if (way === null || origin === null || !origin.path.includes(way.to)) return null;
  return { code: "cycle", facts: { sessionId: way.to, hop: origin.hop, rootId: firstRoot(origin) } };
};

export const fewHops: Rule = (house, question, { origin }) => {
  const limit = limitOf(house, "hops");
  if (!passesOn(question) || origin === null || origin.hop <= limit) return null;
  return { code: "too_many_hops", facts: { hop: origin.hop, limit, rootId: firstRoot(origin) } };
};

export const fewRepeats: Rule = (house, question, { origin }) => {
  const way = passing(question);
  if (way === null || origin === null) return null;
  const limit = limitOf(house, "edge_repeats");
  const edge = edgeOf(way.from, way.to);
  for (const rootId of origin.rootIds) {
    const value = house.roots.get(rootId)?.edges.get(edge) ?? 0;
    if (value >= limit) return { code: "edge_repeats", facts: { rootId, value, limit } };
  }
  return null;
};

const firstRoot = ({ rootIds }: Origin): string | null => rootIds[0] ?? null;
