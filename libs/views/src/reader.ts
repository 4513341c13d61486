/** How the views are read: synchronous, paged, never more than was asked for. The gateway has one; so may any other reader. */
import type { Position, SessionId } from "@claw/events";
import type {
  ApprovalRow,
  EndpointRow,
  HostRow,
  ItemRow,
  QuarantineRow,
  SessionRow,
  TokenRow,
  TurnRow,
  ViewName,
  ViewRows,
} from "./rows.ts";

/** A page of rows. `nextCursor` is opaque; null when there is no more. */
export interface PageOf<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

export interface SessionFilter {
  readonly hostId?: string;
  readonly endpointId?: string;
  readonly repo?: string;
  readonly activity?: string;
  readonly freshness?: string;
  /** Closed threads are left out unless asked for. */
  readonly includeClosed?: boolean;
  /** Substring of workspace, repo, branch or id, in any case of ASCII letters; never a pattern (RELIABILITY S16). */
  readonly search?: string;
  /** Search the name too. Only for callers who may read transcripts: a name that is hidden must not be found by guessing (X1-025). */
  readonly searchNames?: boolean;
}

export interface PageAsk {
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor: string | null;
}

/** A row with the position of its last change. */
export interface ChangedRow<Name extends ViewName = ViewName> {
  readonly view: Name;
  readonly key: string;
  readonly position: Position;
  readonly row: ViewRows[Name];
}

/** A cursor that this reader did not make, or made for another question. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

export interface ViewReader {
  /** Where the views stand: every entry up to this one is folded. */
  readonly position: () => Position;
  /** The newest change first. */
  readonly sessions: (filter: SessionFilter, page: PageAsk) => PageOf<SessionRow>;
  readonly session: (id: string) => SessionRow | null;
  readonly hosts: (page: PageAsk) => PageOf<HostRow>;
  readonly host: (id: string) => HostRow | null;
  readonly endpoints: (filter: { readonly hostId?: string }, page: PageAsk) => PageOf<EndpointRow>;
  /** In the order it happened; `newestFirst` turns it round. */
  readonly items: (id: SessionId, page: PageAsk & { readonly newestFirst?: boolean }) => PageOf<ItemRow>;
  /** The newest first. */
  readonly turns: (id: SessionId, page: PageAsk) => PageOf<TurnRow>;
  /** The newest first. */
  readonly approvals: (filter: { readonly state?: "open" | "closed" }, page: PageAsk) => PageOf<ApprovalRow>;
  readonly tokens: (page: PageAsk) => PageOf<TokenRow>;
  readonly token: (tokenId: string) => TokenRow | null;
  /** The newest first. */
  readonly quarantine: (page: PageAsk) => PageOf<QuarantineRow>;
  readonly row: <Name extends ViewName>(view: Name, key: string) => ChangedRow<Name> | null;
  /**
   * Rows of these views that changed after a position, oldest change first: what a live client resumes with. A page ends with a whole position,
   * so it may be longer than `limit` by the rows of one entry; the next is asked after the last row's position.
   */
  readonly changedAfter: (views: readonly ViewName[], after: number, limit: number) => readonly ChangedRow[];
}
