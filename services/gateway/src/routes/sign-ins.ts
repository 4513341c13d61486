/** Who is signed in in which browser, and an end to it: a person of a provider has no token that could be revoked (ADR 0014). */
import { PlainLabel } from "@claw/events";
import { presentSignIn, type SignInRow, SignInView } from "@claw/views";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { limit, wholeNumber } from "../http/query.ts";
import { listOf, oneOf, read, route } from "../http/route.ts";
import { closeSignIn } from "../sign-in/open.ts";

export const listSignIns = read({
  path: "/api/sign-ins",
  summary: "Sign-ins that are open, the one that was opened first first; a page may hold fewer than `limit`",
  action: "tokens.read",
  query: z.strictObject({ limit, cursor: wholeNumber.transform(Number).default(0) }),
  answer: listOf("signIns", SignInView),
  handle: ({ house, query }) => {
    const reader = house.reader();
    const position = reader.position();
    const now = house.clocks.wallMs();
    const changed = reader.changedAfter(["signIns"], query.cursor, query.limit);
    const open = changed
      .map(({ row }) => row as SignInRow)
      .filter(({ closedAt, until }) => closedAt === null && now < until);
    const last = changed.length < query.limit ? undefined : changed.at(-1);
    return {
      signIns: open.map(presentSignIn),
      nextCursor: last === undefined ? null : String(last.position),
      position,
    };
  },
});

export const closeOneSignIn = route({
  method: "post",
  path: "/api/sign-ins/{signInId}/close",
  summary: "Ends a sign-in, and within two seconds what it has open",
  action: "signin.close",
  query: z.strictObject({}),
  body: z.strictObject({ reason: PlainLabel.min(1).max(200) }),
  answer: oneOf("signIn", SignInView),
  handle: async ({ house, caller, body, segment }) => {
    const row = house.reader().signIn(segment("signInId"));
    if (row === null) throw new Refused("not_found", { kind: "signIn" });
    await closeSignIn(house, row.signInId, `${body.reason} (${caller.principal.name})`);
    return { signIn: presentSignIn(row) };
  },
});
