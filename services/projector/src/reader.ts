/** One reader for as long as the projector lives: each question goes to the generation that serves at that moment. */
import type { ViewReader } from "@claw/views";

/** Questions are answered at once, so no answer is of two generations; cursors are values of rows, so they outlive a swap. */
export const readerOf = (now: () => ViewReader): ViewReader => ({
  position: () => now().position(),
  sessions: (filter, page) => now().sessions(filter, page),
  session: (id) => now().session(id),
  hosts: (page) => now().hosts(page),
  host: (id) => now().host(id),
  endpoints: (filter, page) => now().endpoints(filter, page),
  items: (id, page) => now().items(id, page),
  turns: (id, page) => now().turns(id, page),
  approvals: (filter, page) => now().approvals(filter, page),
  tokens: (page) => now().tokens(page),
  token: (id) => now().token(id),
  quarantine: (page) => now().quarantine(page),
  row: (view, key) => now().row(view, key),
  changedAfter: (views, after, limit) => now().changedAfter(views, after, limit),
});
