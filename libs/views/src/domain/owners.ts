/** Whose sessions a unix user's are on a host (DESIGN 14.20). The newest word counts. */
import { DECIDED, ownerKey } from "@claw/events";
import type { OwnerRow } from "../registry-rows.ts";
import type { ViewProjection } from "./projection.ts";

export const owners: ViewProjection<"owners"> = {
  name: "owners",
  version: 1,
  key: ({ lane, event }) =>
    lane === DECIDED && event.type === "owner.mapped"
      ? ownerKey(event.data.hostId, event.data.unixUser)
      : null,
  evolve: (_row, { event }) => (event.type === "owner.mapped" ? (event.data satisfies OwnerRow) : undefined),
};
