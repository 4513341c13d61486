/** What somebody who is known already may ask for to get further: who they are, a one-time link into a browser, a ticket for the live stream (ADR 0014). */
import { IsoTime } from "@claw/views";
import { z } from "zod";
import { mayKeepCookies } from "../auth/cookies.ts";
import { Refused } from "../http/problem.ts";
import { oneOf, read, route } from "../http/route.ts";
import { LINK_MS, linkTo, TICKET_MS } from "../sign-in/desk.ts";
import { isoAt, Me, whoIs } from "../sign-in/who-is.ts";

export const whoAmI = read({
  path: "/api/me",
  summary: "Who calls",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: Me,
  handle: ({ house, caller }) => {
    const { tokenId, signInId } = caller;
    const reader = house.reader();
    const row = signInId === undefined ? reader.token(tokenId) : reader.signIn(signInId);
    return whoIs(caller, row?.until ?? null);
  },
});

/** Only by a bearer: a browser that somebody left open should not be able to open others. */
export const makeLoginLink = route({
  method: "post",
  path: "/api/login-links",
  summary: "A link that signs its maker in, once, within ten minutes, at this gateway",
  action: "signin.link",
  query: z.strictObject({}),
  body: z.strictObject({}),
  answer: oneOf("loginLink", z.object({ url: z.string(), until: IsoTime })),
  handle: ({ house, caller, origin }) => {
    const { kind } = caller.principal;
    if (caller.signInId !== undefined || kind !== "person")
      throw new Refused("forbidden", { action: "signin.link", needs: "a bearer token of a person" });
    if (!mayKeepCookies(origin)) throw new Refused("not_secure", { scheme: "http" });
    const url = linkTo(origin, house.desk.links.make(caller.tokenId, caller));
    return { loginLink: { url, until: isoAt(house.clocks.wallMs() + LINK_MS) } };
  },
});

export const makeTicket = route({
  method: "post",
  path: "/api/ws-ticket",
  summary: "A ticket for one WebSocket at /api/live, within 30 seconds: the subprotocol `ticket.<ticket>`",
  action: "fleet.read",
  query: z.strictObject({}),
  body: z.strictObject({}),
  answer: z.object({ ticket: z.string(), until: IsoTime }),
  handle: ({ house, caller }) => ({
    ticket: house.desk.tickets.make(caller.tokenId, caller),
    until: isoAt(house.clocks.wallMs() + TICKET_MS),
  }),
});
