/** How the things that keepers of the house look after are shown in a table. */
import { age, column, text, at, wide } from "../columns.ts";
import type { Look } from "../output.ts";

export const tokens: Look = {
  key: "tokens",
  name: (thing) => text(at(thing, "tokenId")),
  columns: [
    column("TOKEN", "tokenId"),
    column("NAME", "name"),
    column("ROLE", "role"),
    column("HOST", "hostId"),
    column("GROUP", "group", wide),
    column("STATE", "state"),
    age("CREATED", "createdAt"),
    column("UNTIL", "until"),
    column("REVOKED", "revokedAt", wide),
  ],
};

export const quarantine: Look = {
  key: "quarantine",
  none: "nothing is in quarantine",
  name: (thing) => text(at(thing, "position")),
  columns: [
    column("POSITION", "position"),
    column("STATE", "state"),
    column("EVENT", "eventType"),
    column("LANE", "lane"),
    age("SEEN", "firstSeenAt"),
    column("TRIES", "attempts"),
    column("PROBLEM", "problem"),
    column("ENTRY", "entryId", wide),
    column("REASON", "reason", wide),
  ],
};

export const ledgers: Look = {
  key: "ledgers",
  none: "no projector of a fleet was heard; on one machine the log is the ledger",
  name: (thing) => text(at(thing, "ledgerId")),
  columns: [
    column("LEDGER", "ledgerId"),
    column("ROLE", "role"),
    column("POSITION", "position"),
    column("GENERATION", "generation"),
    column("LAG", "lag"),
    age("HEARD", "heardAt"),
    { title: "CHAIN", value: (thing) => text(at(thing, "chain")).slice(0, 16) },
    column("FULL-CHAIN", "chain", wide),
  ],
};
