/** What one caller may see: the pure rule (`sightOf`), asked with what the views know of a row's belonging and of what was shared with the caller. */
import { DEFAULT_GROUP, type Principal, type SessionId } from "@claw/events";
import {
  type Belonging,
  levelOf,
  type SessionRow,
  sharesFrom,
  type Sight,
  sightOf,
  type Visibility,
} from "@claw/views";
import type { House } from "../ports.ts";

/** What a house has to say about sight. */
export type Seen = Pick<House, "reader" | "clocks" | "visibility">;
export interface Looking {
  readonly principal: Principal;
}

/** One caller's eyes, for one answer: what they ask for twice is looked up once. */
export interface Eyes {
  readonly principal: Principal;
  /** True if every row is open to them: then nothing is asked of single ones. */
  readonly isWide: boolean;
  /** Of a session or runtime, by either of its names. What nobody knows is seen like what belongs to nobody. */
  readonly of: (id: string) => Sight;
  /** Of one whose belonging is known already. */
  readonly ofBelonging: (belonging: Belonging) => Sight;
  /** True if they may act on it, as far as their role allows: it is theirs, or was shared with them for that (`controller`). */
  readonly mayActOn: (id: string) => boolean;
  /** True for who asked for something: themselves. Never for who is bound to a root: a tree is all they see, also under a name that others have. */
  readonly isSelf: (principal: Principal) => boolean;
  /** True for a person of that name. A Claw or a session that has the name of a person is nobody whose things are named by it (ADR 0014). */
  readonly isNamed: (name: string) => boolean;
  /** True for who is bound to a root: what is of no tree is not for them (X1-005). */
  readonly isBound: boolean;
  /** True for those who look after the house: they see that things are there, whosever they are. */
  readonly isKeeper: boolean;
  /** Another word when something else was given to them to see than before; empty for those who see everything. */
  readonly version: () => string;
}

/** Eyes for one answer. */
export function eyesOf(house: Seen, { principal }: Looking): Eyes {
  const isWide = isWideOpen(house.visibility, principal);
  const isBound = principal.root !== undefined;
  const known = new Map<string, Belonging>();
  const lookUp = (id: string): Belonging => {
    const found = known.get(id) ?? house.reader().belonging(id) ?? nobodys(id);
    known.set(id, found);
    return found;
  };
  let shares: ReturnType<typeof sharesFrom> | null = null;
  const sharesNow = () =>
    (shares ??= sharesFrom(house.reader().sharesOf(principal.name), house.clocks.wallMs()));
  const ofBelonging = (belonging: Belonging): Sight =>
    isWide ? "full" : sightOf(house.visibility, principal, belonging, sharesNow());
  return {
    principal,
    isWide,
    of: (id) => (isWide ? "full" : ofBelonging(lookUp(id))),
    ofBelonging,
    mayActOn: (id) =>
      isWide ||
      principal.kind !== "person" ||
      levelOf(principal.name, lookUp(id), sharesNow()) === "controller",
    isSelf: (other) => !isBound && isSameCaller(other, principal),
    isNamed: (name) => !isBound && principal.kind === "person" && name === principal.name,
    isBound,
    isKeeper: isWide || principal.role === "admin" || principal.role === "auditor",
    version: () => (isWide ? "" : `private\n${versionOf(house, principal)}`),
  };
}

/** Two Claws of one name in two groups are two, as they are to policy. */
const isSameCaller = (one: Principal, other: Principal): boolean =>
  one.kind === other.kind &&
  one.name === other.name &&
  (one.group ?? DEFAULT_GROUP) === (other.group ?? DEFAULT_GROUP);

/** In a house that is open to all, to everybody who may call and is bound to no root; in a private one to the house itself. */
const isWideOpen = (visibility: Visibility, { kind, root }: Principal): boolean =>
  kind === "house" || (visibility === "fleet" && kind !== "host" && root === undefined);

/** Of an id that no view knows: as of a session that nobody owns and no group looks after. */
const nobodys = (id: string): Belonging => ({
  sessionId: id as SessionId,
  owner: null,
  group: "" as Belonging["group"],
  parentSessionId: null,
  rootSessionId: null,
});

/** What was shared with them and holds now. Whose a session is changes with other rows as well, which a live client is told of by those rows' own changes. */
function versionOf(house: Seen, { name }: Principal): string {
  const now = house.clocks.wallMs();
  return house
    .reader()
    .sharesOf(name)
    .filter(({ until }) => until === null || now < until)
    .map((row) =>
      row.kind === "glass" ? `glass ${row.sessionId}` : `${row.scope} ${row.id} ${row.level ?? "none"}`,
    )
    .sort()
    .join("\n");
}

/** True if they may read what was said in it, as far as their role allows. */
export const seesWords = (eyes: Eyes, { sessionId }: Pick<SessionRow, "sessionId">): boolean =>
  eyes.of(sessionId) === "full";

/** A principal as the presenters ask for it: what is metadata to somebody is shown as to a viewer, without words. */
export const readingAs = (eyes: Eyes, sessionId: string | null): Principal =>
  sessionId === null || eyes.isWide || eyes.of(sessionId) === "full"
    ? eyes.principal
    : { ...eyes.principal, role: "viewer" };
