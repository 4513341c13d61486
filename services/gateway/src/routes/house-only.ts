/** What the house asks itself, by its own token. To everybody else these are paths that nobody knows (F1-133, F1-134), and no document names them. */
import { type PolicyView, presentPolicy } from "@claw/views";
import type { House } from "../ports.ts";

interface HouseOnly {
  readonly path: string;
  readonly respond: (house: House) => object;
}

const sessionControlPolicies: HouseOnly = {
  path: "/api/session-control/policies",
  respond: (house): { readonly policies: readonly PolicyView[] } => ({
    policies: house.fleet.policies().map(presentPolicy),
  }),
};

export const houseOnly: readonly HouseOnly[] = [sessionControlPolicies];
