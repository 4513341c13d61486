/** Who asked, as it is seen outside. */
import { type Principal, Role } from "@claw/events";
import { z } from "zod";

export const PrincipalView = z
  .object({
    kind: z.enum(["person", "claw", "session", "host", "house"]),
    name: z.string(),
    role: Role,
    group: z.string().nullable().describe("the group of a Claw"),
  })
  .meta({ id: "Principal" });
export type PrincipalView = z.infer<typeof PrincipalView>;

export const presentPrincipal = ({ kind, name, role, group = null }: Principal): PrincipalView => ({
  kind,
  name,
  role,
  group,
});

export const principalOrNull = (principal: Principal | null): PrincipalView | null =>
  principal === null ? null : presentPrincipal(principal);
