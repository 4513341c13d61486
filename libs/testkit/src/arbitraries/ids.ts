/** A small world of ids, so that random events meet each other. */
import {
  AtMs,
  CommandId,
  Digest,
  EndpointId,
  Epoch,
  GroupId,
  HostId,
  ItemId,
  LedgerId,
  SessionId,
  sha256,
  TokenId,
  TurnId,
} from "@claw/events";
import fc from "fast-check";

/** The first moment of the world: 2027-01-15. */
export const WORLD_BEGINS_AT = 1_800_000_000_000;
const WORLD_LASTS_MS = 10_000;

const oneOf = <Id>(ids: readonly Id[]): fc.Arbitrary<Id> => fc.constantFrom(...ids);

export const hostIds = ["host-a", "host-b"].map((id) => HostId.parse(id));
export const sessionIds = ["thread-1", "thread-2", "thread-3"].map((id) => SessionId.parse(id));

/** Mostly the same host, so that a session has a history, and now and then another that speaks of it. */
export const hostId = fc.oneof({ weight: 5, arbitrary: oneOf(hostIds.slice(0, 1)) }, oneOf(hostIds));
export const sessionId = oneOf(sessionIds);
export const endpointId = oneOf(["main", "spare"].map((id) => EndpointId.parse(id)));
export const turnId = oneOf(["T1", "T2", "T3"].map((id) => TurnId.parse(id)));
export const itemId = oneOf(["I1", "I2", "I3", "I4"].map((id) => ItemId.parse(id)));
export const commandId = oneOf(["command-1", "command-2"].map((id) => CommandId.parse(id)));
export const groupId = oneOf(["default", "night"].map((id) => GroupId.parse(id)));
/** Few enough that an older one often comes after a newer one. */
export const fencingToken = fc.record({
  generation: fc.integer({ min: 0, max: 1 }),
  counter: fc.integer({ min: 1, max: 5 }),
});
export const requestId = fc.constantFrom("0", "1", "2");
export const tokenId = oneOf(["token-1", "token-2", "token-3"].map((id) => TokenId.parse(id)));
export const ledgerId = oneOf(["ledger-1", "ledger-2"].map((id) => LedgerId.parse(id)));
export const epoch = oneOf(["0", "1"].map((digit) => Epoch.parse(digit.repeat(32))));
export const digest = oneOf(["one", "two"].map((text) => Digest.parse(sha256(text))));

export const at = fc
  .integer({ min: WORLD_BEGINS_AT, max: WORLD_BEGINS_AT + WORLD_LASTS_MS })
  .map((ms) => AtMs.parse(ms));
export const orNull = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A | null> => fc.option(value, { freq: 3 });

export const word = fc.constantFrom("main", "other", "a-word");
/** People's text: any letters, lone surrogates too, and what LIKE or JSON might take for a sign. */
export const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("100 % done_\\", "line one\nline two", "  ", ""),
);
export const label = fc.string({ unit: "grapheme", maxLength: 20 });
export const count = fc.nat(1_000);
