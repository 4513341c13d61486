/** What keepers of the house read: tokens (never their digests) and entries that could not be folded. */
import { QuarantineView, TokenView } from "@claw/views";
import { PageQuery } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import { presenterFor } from "../present.ts";
import { pageOf } from "./page.ts";

export const listTokens = read({
  path: "/api/tokens",
  summary: "Tokens, without what proves them",
  action: "tokens.read",
  query: PageQuery,
  answer: listOf("tokens", TokenView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    return pageOf(
      house,
      (reader) => reader.tokens(query),
      ({ rows, ...rest }) => ({ tokens: rows.map(present.token), ...rest }),
    );
  },
});

export const listQuarantine = read({
  path: "/api/quarantine",
  summary: "Entries that a view could not fold",
  action: "quarantine.read",
  query: PageQuery,
  answer: listOf("quarantine", QuarantineView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    return pageOf(
      house,
      (reader) => reader.quarantine(query),
      ({ rows, ...rest }) => ({ quarantine: rows.map(present.quarantined), ...rest }),
    );
  },
});
