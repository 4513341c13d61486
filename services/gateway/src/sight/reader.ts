/** The views as one pair of eyes sees them: what has no sight is not there, neither by its id nor in a list, and pages are as full as if it had never been. */
import {
  type ChangedRow,
  type EgressRow,
  MAX_PAGE,
  type PageAsk,
  type PageOf,
  type RuleRow,
  type ViewName,
  type ViewReader,
  type ViewRows,
} from "@claw/views";
import type { Eyes } from "./eyes.ts";

type Tests = { readonly [View in ViewName]: (eyes: Eyes, row: ViewRows[View]) => boolean };

const isNobodys = ({ isBound }: Eyes): boolean => !isBound;

const isSeen = (eyes: Eyes, sessionId: string): boolean => eyes.of(sessionId) !== "none";

/**
 * Hosts and app-servers are nobody's: what is said there is. Of what is no session's keepers of the house see all, others what they asked for themselves. Who is bound to
 * a root is told of hosts with the sessions of their tree alone (`hostsFor` in `sight.ts`).
 */
const TESTS: Tests = {
  sessions: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  hosts: isNobodys,
  endpoints: isNobodys,
  turns: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  items: (eyes, { sessionId }) => eyes.of(sessionId) === "full",
  approvals: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  tokens: (eyes, { principal }) => eyes.isKeeper || eyes.isSelf(principal),
  ledger: () => true,
  lanes: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  commands: (eyes, { principal, spawnedSessionId, sessionId }) => {
    const about = spawnedSessionId ?? sessionId;
    return eyes.isSelf(principal) || (about === null ? eyes.isKeeper : isSeen(eyes, about));
  },
  leases: (eyes, { holder, sessionId }) => eyes.isSelf(holder) || isSeen(eyes, sessionId),
  rules: seesRule,
  threadKeys: (eyes, { boundTo }) => boundTo !== null && isSeen(eyes, boundTo),
  reports: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  runtimes: (eyes, { runtimeId }) => isSeen(eyes, runtimeId),
  egress: seesPolicy,
  checkpoints: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  archives: (eyes, { sessionId }) => isSeen(eyes, sessionId),
  owners: (eyes, { owner }) => eyes.isKeeper || (owner !== null && eyes.isNamed(owner)),
  signIns: (eyes, { principal }) => eyes.isKeeper || eyes.isSelf(principal),
  shares: (eyes, row) => eyes.isKeeper || eyes.isNamed(row.by) || isForThem(eyes, row),
  attention: (eyes, { key }) => isSeen(eyes, key.split("/")[1] ?? ""),
};

/** True if these eyes see that row. */
export const sees = (eyes: Eyes, { view, row }: Pick<ChangedRow, "view" | "row">): boolean =>
  eyes.isWide ||
  (Object.hasOwn(TESTS, view) &&
    (TESTS[view] as (eyes: Eyes, row: ViewRows[ViewName]) => boolean)(eyes, row));

/** Rules of one session are its own; those of a cause may name any. Who is muted is told to keepers. */
function seesRule(eyes: Eyes, row: RuleRow): boolean {
  if (row.kind === "limit") return true;
  if (row.kind === "mute") return eyes.isKeeper;
  if (row.scope === "root") return eyes.isKeeper;
  return row.scope !== "session" || row.id === null || isSeen(eyes, row.id);
}

/** A policy is its owner's, and of the session that it is for; one that is for nobody known is shown to keepers. */
export function seesPolicy(eyes: Eyes, { owner, sessionId, aliases }: EgressRow): boolean {
  if (eyes.isKeeper || (owner !== null && eyes.isNamed(owner))) return true;
  return [...(sessionId === null ? [] : [sessionId]), ...aliases].some((name) => isSeen(eyes, name));
}

const isForThem = ({ isNamed }: Eyes, row: ViewRows["shares"]): boolean =>
  row.kind === "share" && isNamed(row.to);

/** The views as these eyes see them. Every question is named here, so that a new one is not open by mistake. */
export function readerFor(eyes: Eyes, reader: ViewReader): ViewReader {
  const one = <View extends ViewName>(view: View, row: ViewRows[View] | null): ViewRows[View] | null =>
    row !== null && sees(eyes, { view, row }) ? row : null;
  const paged = <View extends ViewName, Row extends ViewRows[View]>(
    view: View,
    ask: PageAsk,
    read: (ask: PageAsk) => PageOf<Row>,
  ): PageOf<Row> => pageWhere(ask, read, (row) => sees(eyes, { view, row }));
  return {
    position: reader.position,
    sessions: (filter, page) => paged("sessions", page, (ask) => reader.sessions(filter, ask)),
    session: (id) => one("sessions", reader.session(id)),
    reports: (id) => (isSeen(eyes, id) ? reader.reports(id) : []),
    hosts: reader.hosts,
    host: reader.host,
    endpoints: reader.endpoints,
    items: (id, page) => (eyes.of(id) === "full" ? reader.items(id, page) : NOTHING),
    turns: (id, page) => (isSeen(eyes, id) ? reader.turns(id, page) : NOTHING),
    approvals: (filter, page) => paged("approvals", page, (ask) => reader.approvals(filter, ask)),
    approval: (sessionId, requestId) => one("approvals", reader.approval(sessionId, requestId)),
    tokens: (page) => paged("tokens", page, reader.tokens),
    token: (id) => one("tokens", reader.token(id)),
    threadKey: (id) => one("threadKeys", reader.threadKey(id)),
    rightOf: (right, id, at) => (isSeen(eyes, id) ? reader.rightOf(right, id, at) : "closed"),
    rulingOf: (kind, id, at) => (isSeen(eyes, id) ? reader.rulingOf(kind, id, at) : null),
    commands: (filter, page) => paged("commands", page, (ask) => reader.commands(filter, ask)),
    command: (id) => one("commands", reader.command(id)),
    leases: (filter, page) => paged("leases", page, (ask) => reader.leases(filter, ask)),
    lease: (id) => one("leases", reader.lease(id)),
    rules: (kind, page) => paged("rules", page, (ask) => reader.rules(kind, ask)),
    runtimes: (page) => paged("runtimes", page, reader.runtimes),
    runtime: (id) => one("runtimes", reader.runtime(id)),
    egress: (page) => paged("egress", page, reader.egress),
    checkpoints: (id) => one("checkpoints", reader.checkpoints(id)),
    archive: (id) => one("archives", reader.archive(id)),
    archives: (filter, page) => paged("archives", page, (ask) => reader.archives(filter, ask)),
    owners: (page) => paged("owners", page, reader.owners),
    belonging: (id) => (isSeen(eyes, id) ? reader.belonging(id) : null),
    signIn: (id) => one("signIns", reader.signIn(id)),
    sharesOf: (name) => reader.sharesOf(name).filter((row) => sees(eyes, { view: "shares", row })),
    attentionActs: (key) => one("attention", reader.attentionActs(key)),
    fleetChanges: (after) => {
      const { position, rows } = reader.fleetChanges(after);
      return { position, rows: rows.filter((row) => sees(eyes, row)) };
    },
    quarantine: (page) => pageWhere(page, reader.quarantine, ({ lane }) => isOfLane(eyes, lane)),
    row: (view, key) => {
      const found = reader.row(view, key);
      return found !== null && (PLACES.has(view) || sees(eyes, found as ChangedRow)) ? found : null;
    },
    changedAfter: (views, after, limit) =>
      reader.changedAfter(views, after, limit).filter((row) => sees(eyes, row)),
  };
}

const NOTHING = { rows: [], nextCursor: null } as const;

/** What is read by its name is where a session lives, which is shown with it. */
const PLACES: ReadonlySet<ViewName> = new Set(["hosts", "endpoints"]);

/** Entries of a session's own lane are the session's. */
const isOfLane = (eyes: Eyes, lane: string): boolean =>
  eyes.isKeeper || (lane.startsWith("session/") && isSeen(eyes, lane.slice("session/".length)));

/**
 * A page of the rows that pass, as full as there are such rows. The cursor is that of the last row that is in it, and null where none comes after: so it says nothing
 * of those that were left out. `most` is how many such rows there are, where that is known: nobody looks further once that many were found.
 */
export function pageWhere<Row>(
  ask: PageAsk,
  read: (ask: PageAsk) => PageOf<Row>,
  passes: (row: Row) => boolean,
  most = Number.POSITIVE_INFINITY,
): PageOf<Row> {
  const rows: Row[] = [];
  let end: string | null = null;
  let { cursor } = ask;
  let portion = Math.min(MAX_PAGE, ask.limit * 2);
  for (;;) {
    const page = read({ ...ask, limit: portion, cursor });
    for (const [index, row] of page.rows.entries()) {
      if (!passes(row)) continue;
      if (rows.length === ask.limit) return { rows, nextCursor: end };
      rows.push(row);
      if (rows.length === ask.limit) end = read({ ...ask, limit: index + 1, cursor }).nextCursor;
    }
    if (page.nextCursor === null || rows.length >= most) return { rows, nextCursor: null };
    cursor = page.nextCursor;
    portion = MAX_PAGE;
  }
}
