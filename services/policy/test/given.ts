/** Commands, principals and houses for tests: given history, when a command, then events. */
import {
  type Command,
  type CommandId,
  type Event,
  type HostId,
  type LedgerId,
  type Principal,
  type Role,
  sha256,
  type TokenId,
} from "@claw/events";
import { decide, house } from "../src/domain/decide.ts";
import type { House } from "../src/domain/house.ts";
import type { Question } from "../src/domain/question.ts";
import type { Sight } from "../src/domain/sight.ts";
import { noIndex } from "../src/domain/sight-fold.ts";

export const AT = 1_800_000_000_000;

export const principalOf = (role: Role): Principal => ({ kind: "person", name: `the ${role}`, role });
export const admin = principalOf("admin");

/** Any id; tests say only the ones that matter. */
let lastCommand = 0;
const nextId = (): CommandId => `cmd-${(lastCommand += 1)}` as CommandId;

type Given<Type extends Command["type"]> = Partial<Omit<Extract<Command, { type: Type }>, "type">>;

export const hostAdd = (host: string, token: string, given: Given<"host.add"> = {}): Command => ({
  type: "host.add",
  commandId: nextId(),
  hostId: host as HostId,
  tokenId: token as TokenId,
  tokenDigest: sha256(token),
  until: null,
  ...given,
});

export const tokenCreate = (token: string, given: Given<"token.create"> = {}): Command => ({
  type: "token.create",
  commandId: nextId(),
  tokenId: token as TokenId,
  tokenDigest: sha256(token),
  name: `owner of ${token}`,
  role: "admin",
  until: null,
  ...given,
});

export const tokenRevoke = (token: string, given: Given<"token.revoke"> = {}): Command => ({
  type: "token.revoke",
  commandId: nextId(),
  tokenId: token as TokenId,
  reason: "asked to",
  ...given,
});

export const hostRotate = (host: string, token: string, given: Given<"host.rotate"> = {}): Command => ({
  type: "host.rotate",
  commandId: nextId(),
  hostId: host as HostId,
  tokenId: token as TokenId,
  tokenDigest: sha256(token),
  until: null,
  graceMs: 60_000,
  ...given,
});

export const hostCordon = (host: string, placement: "open" | "cordoned" = "cordoned"): Command => ({
  type: "host.cordon",
  commandId: nextId(),
  hostId: host as HostId,
  placement,
  reason: "new disk",
});

export const hostDrain = (host: string): Command => ({
  type: "host.drain",
  commandId: nextId(),
  hostId: host as HostId,
  reason: "goes away",
});

export const ledgerPromote = (ledger: string): Command => ({
  type: "ledger.promote",
  commandId: nextId(),
  ledgerId: ledger as LedgerId,
  reason: "first ledger",
});

export const logTrim = (before: number): Command => ({
  type: "log.trim",
  commandId: nextId(),
  before,
  reason: "70 % full",
});

export const retry = (position = 7): Command => ({ type: "quarantine.retry", commandId: nextId(), position });
export const waive = (position = 7): Command => ({
  type: "quarantine.waive",
  commandId: nextId(),
  position,
  reason: "known and harmless",
});

/** Nobody has observed anything yet. */
export const noSight: Sight = { ...noIndex, session: () => null, host: () => null };

export const question = (command: Command, given: Partial<Question> = {}): Question => ({
  command,
  principal: admin,
  at: AT,
  earlier: null,
  secret: null,
  via: null,
  generation: 1,
  sight: noSight,
  ...given,
});

export const fold = (events: readonly Event[], from: House = house.initial): House =>
  events.reduce(house.evolve, from);

/** The house after commands of an admin, each of which must be accepted. */
export function houseAfter(...commands: readonly Command[]): House {
  return commands.reduce((state, command) => {
    const { verdict, events } = decide(state, question(command));
    if (verdict.decision !== "accepted") throw new Error(`given history is refused: ${verdict.code}`);
    return fold(events, state);
  }, house.initial);
}

export const typesOf = (events: readonly Event[]): readonly string[] => events.map(({ type }) => type);
