/** How the views are read: synchronous, paged, never more than was asked for. The gateway has one; so may any other reader. */
import type { Position, QuestionKind, Right, SessionId } from "@claw/events";
import type { CommandRow, LeaseRow, RuleKind, RuleOf, RulingRow } from "./command-rows.ts";
import type { ApprovalRow } from "./approval-rows.ts";
import type { Belonging } from "./domain/visibility.ts";
import type { QuarantineRow } from "./log-rows.ts";
import type { AttentionActsRow, SharingRow, SignInRow } from "./people-rows.ts";
import type { ArchiveRow, CheckpointsRow, EgressRow, OwnerRow, RuntimeRow } from "./registry-rows.ts";
import type {
  EndpointRow,
  HostRow,
  ItemRow,
  SessionRow,
  TokenRow,
  TurnRow,
  ViewName,
  ViewRows,
} from "./rows.ts";
import type { ProgressReport, ThreadKeyRow } from "./spawn-rows.ts";

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
  /** Closed threads, and sessions that were asked for in vain, are left out unless asked for. */
  readonly includeClosed?: boolean;
  /** Substring of workspace, repo, branch or id, in any case of ASCII letters; never a pattern (RELIABILITY S16). */
  readonly search?: string;
  /** Search the name too. Only for callers who may read transcripts: a name that is hidden must not be found by guessing (X1-025). */
  readonly searchNames?: boolean;
}

export interface ApprovalFilter {
  readonly state?: "open" | "closed";
  readonly sessionId?: string;
}

export interface CommandFilter {
  /** The commands for a session; the one that asked for it is among them, under either of the session's names. */
  readonly sessionId?: string;
  readonly hostId?: string;
  readonly decision?: CommandRow["decision"];
  /** The name of who asked. */
  readonly principal?: string;
  /** `open`: a host has it to carry out, and no final outcome is known. */
  readonly state?: "open" | "closed";
}

export interface LeaseFilter {
  readonly sessionId?: string;
  readonly hostId?: string;
  readonly state?: LeaseRow["state"];
}

export interface ArchiveFilter {
  /** `kept`: its objects are there. */
  readonly state?: "kept" | "deleted";
  /** Archived before that, in epoch ms. */
  readonly before?: number;
}

/** What the fleet is made of; of rules it is who is muted. */
export const FLEET_VIEWS = [
  "sessions",
  "hosts",
  "endpoints",
  "approvals",
  "runtimes",
  "egress",
  "checkpoints",
  "archives",
  "owners",
  "attention",
  "rules",
] as const satisfies readonly ViewName[];
export type FleetView = (typeof FLEET_VIEWS)[number];

export interface FleetChanges {
  /** Where the views stood before the rows were read: ask after it the next time. */
  readonly position: Position;
  /** In no order; each row once, as it is now. */
  readonly rows: readonly FleetRow[];
}

/** A row of one of these views. */
export type FleetRow = { readonly [Name in FleetView]: ChangedRow<Name> }[FleetView];

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
  /** The newest change first. A session that was asked for is here until it has its thread; then the thread is. */
  readonly sessions: (filter: SessionFilter, page: PageAsk) => PageOf<SessionRow>;
  /** The first name of a session that was asked for answers for it for ever (DESIGN 14.16): the row is its thread's as soon as there is one. */
  readonly session: (id: string) => SessionRow | null;
  /** What a session said of its own work, oldest first; empty where it said nothing. */
  readonly reports: (id: SessionId) => readonly ProgressReport[];
  readonly hosts: (page: PageAsk) => PageOf<HostRow>;
  readonly host: (id: string) => HostRow | null;
  readonly endpoints: (filter: { readonly hostId?: string }, page: PageAsk) => PageOf<EndpointRow>;
  /** In the order it happened; `newestFirst` turns it round. */
  readonly items: (id: SessionId, page: PageAsk & { readonly newestFirst?: boolean }) => PageOf<ItemRow>;
  /** The newest first. */
  readonly turns: (id: SessionId, page: PageAsk) => PageOf<TurnRow>;
  /** The newest first. */
  readonly approvals: (filter: ApprovalFilter, page: PageAsk) => PageOf<ApprovalRow>;
  readonly approval: (sessionId: string, requestId: string) => ApprovalRow | null;
  readonly tokens: (page: PageAsk) => PageOf<TokenRow>;
  readonly token: (tokenId: string) => TokenRow | null;
  readonly threadKey: (keyId: string) => ThreadKeyRow | null;
  /** Whether a session may use a right over MCP at `at` (epoch ms, now if left out); closed for one that nobody knows (ADR 0013). */
  readonly rightOf: (right: Right, sessionId: SessionId, at?: number) => "open" | "closed";
  /** The rule for questions of that kind of a session at `at`; null where there is none, which is as good as `decline`. */
  readonly rulingOf: (kind: QuestionKind, sessionId: SessionId, at: number) => RulingRow | null;
  /** The one that was decided last first. */
  readonly commands: (filter: CommandFilter, page: PageAsk) => PageOf<CommandRow>;
  readonly command: (id: string) => CommandRow | null;
  /** The one that was offered last first. */
  readonly leases: (filter: LeaseFilter, page: PageAsk) => PageOf<LeaseRow>;
  readonly lease: (id: string) => LeaseRow | null;
  /** Rules that somebody changed and that are in force, the newest change first; mutes stay here when their time is over. */
  readonly rules: <Kind extends RuleKind>(kind: Kind, page: PageAsk) => PageOf<RuleOf<Kind>>;
  /** By id. */
  readonly runtimes: (page: PageAsk) => PageOf<RuntimeRow>;
  readonly runtime: (id: string) => RuntimeRow | null;
  /** Every policy as it was last registered under its sandbox; `egressIn` says which of several for one session counts (F1-136). */
  readonly egress: (page: PageAsk) => PageOf<EgressRow>;
  /** Of a session or a runtime, under either of a session's names. */
  readonly checkpoints: (id: string) => CheckpointsRow | null;
  /** The newest archive of a session, deleted or not, under either of its names; null where it was never archived. */
  readonly archive: (id: string) => ArchiveRow | null;
  /** The one that was archived longest ago first: what retention looks at. */
  readonly archives: (filter: ArchiveFilter, page: PageAsk) => PageOf<ArchiveRow>;
  /** By host and unix user; those that were taken back have no owner. */
  readonly owners: (page: PageAsk) => PageOf<OwnerRow>;
  /** Whose a session or runtime is, and to which group and tree it belongs: what sight is decided by. Null for what nobody knows. */
  readonly belonging: (id: string) => Belonging | null;
  readonly signIn: (id: string) => SignInRow | null;
  /** What was shared with somebody of that name, and where he broke the glass, whatever its end; a share of a session's first name is one of its thread. */
  readonly sharesOf: (name: string) => readonly SharingRow[];
  /** What people did about one item; null where nobody did anything. */
  readonly attentionActs: (key: string) => AttentionActsRow | null;
  /** Everything that the fleet is made of and that changed after a position, at once (F1-009). From 0: every row, and of approvals only the open ones. Of rules, only mutes. */
  readonly fleetChanges: (after: number) => FleetChanges;
  /** The newest first. */
  readonly quarantine: (page: PageAsk) => PageOf<QuarantineRow>;
  readonly row: <Name extends ViewName>(view: Name, key: string) => ChangedRow<Name> | null;
  /**
   * Rows of these views that changed after a position, oldest change first: what a live client resumes with. A page ends with a whole position,
   * so it may be longer than `limit` by the rows of one entry; the next is asked after the last row's position.
   */
  readonly changedAfter: (views: readonly ViewName[], after: number, limit: number) => readonly ChangedRow[];
}
