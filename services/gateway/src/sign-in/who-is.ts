/** What a page may know of who is signed in. */
import { IsoTime, presentPrincipal, PrincipalView } from "@claw/views";
import { z } from "zod";
import type { Caller } from "../auth/authenticate.ts";

export const Me = z
  .object({
    principal: PrincipalView,
    signInId: z.string().nullable().describe("null for a caller with a bearer token"),
    until: IsoTime.nullable().describe("when the token or the sign-in ends; null for never"),
  })
  .meta({ id: "Me" });
export type Me = z.infer<typeof Me>;

/** Epoch ms as the interface writes times. */
export const isoAt = (at: number): string => new Date(at).toISOString();

/** Never what proves them. `until` is epoch ms. */
export const whoIs = ({ principal, signInId }: Omit<Caller, "tokenId">, until: number | null): Me => ({
  principal: presentPrincipal(principal),
  signInId: signInId ?? null,
  until: until === null ? null : isoAt(until),
});
