/** What hosts and ingest have observed, as far as rules look at it: rows of a fold over the observed lanes (`sight-fold.ts`). */
import type {
  CommandId,
  Digest,
  EndpointId,
  FencingToken,
  HostId,
  HostStanding,
  ItemId,
  LeaseId,
  OutcomeWord,
  SessionId,
  TurnId,
} from "@claw/events";

/** A turn in which we had a part, or one of the newest. */
export interface TurnSight {
  readonly turnId: TurnId;
  /** Commands whose text went into it, as their marks and their host say; whether they were accepted for this session, the house knows. */
  readonly commandIds: readonly CommandId[];
  /** A person started it, or said something in it. */
  readonly hasPerson: boolean;
  /** Model tokens of its calls so far. */
  readonly tokens: number;
  readonly isOver: boolean;
}

export interface OutcomeSight {
  readonly commandId: CommandId;
  readonly outcome: OutcomeWord;
  readonly turnId: TurnId | null;
  /**
   * The command was accepted after this was told: its first acceptance was lost with the tail of a log. Readers wait for it to be told again, so it is no end
   * (history 8758 of the simulation).
   */
  readonly isOfEarlier?: true;
}

/** A question of Codex that nobody has answered yet, as its host told of it. */
export interface QuestionSight {
  readonly requestId: string;
  /** One of `QuestionKind`, or a word for what nobody here answers. */
  readonly kind: string;
  readonly turnId: TurnId | null;
  readonly itemId: ItemId | null;
  /** Of all that is asked. Null from hosts of the first versions, which do not say it. */
  readonly subjectDigest: Digest | null;
  /** What exactly is asked; null where nothing is shown of it, or more than `MAX_SUBJECT`. */
  readonly subject: string | null;
  /** The folder in which it would be done, as its host shows it; null where none is named. */
  readonly workspace: string | null;
  /** Codex's own words for the answers it takes; empty where it listed none. */
  readonly listed: readonly string[];
  /** When it was recorded, by the house's clock. Epoch ms. */
  readonly openedAt: number;
  /** When it was asked, by its host's clock. Epoch ms. */
  readonly saidAt: number;
  /** Where it stands in the log: the same name asked anew is another question. */
  readonly position: number;
}

/** One that is over, and by what. */
export interface EndedQuestion {
  readonly requestId: string;
  readonly how: string;
}

/** A send or an answer that was accepted for a session. Epoch ms. */
export interface AcceptedSight {
  readonly commandId: CommandId;
  readonly at: number;
  /** It answers a question: its text, if it has one, makes no turn ours. */
  readonly isAnswer?: true;
}

export interface SessionSight {
  readonly kind: "session";
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  /** The folder in which it works; null where its host does not say. */
  readonly workspace: string | null;
  /** The spawn whose mark its thread bears. Whoever starts a thread chooses its mark: `spawnBehind` looks whether it is so. */
  readonly spawnId: CommandId | null;
  /** The thread that Codex made it a sub-agent of, as its host said first; null where it names none. `treeUnder` looks whether it may be. */
  readonly parentSessionId: SessionId | null;
  /** Of a session that was asked for: the thread that it became, as its host says, once and for ever. */
  readonly boundTo: SessionId | null;
  /** Codex's word: `idle`, `active`, `notLoaded`, `systemError`, or one of a later Codex. */
  readonly activity: string;
  readonly activeTurnId: TurnId | null;
  /** Archived or deleted. */
  readonly isClosed: boolean;
  /** Its app-server cannot be reached, although its host is heard. */
  readonly isLost: boolean;
  /** Oldest first, at most `MAX_TURNS`. */
  readonly turns: readonly TurnSight[];
  /** Oldest first, at most `MAX_OUTCOMES`. */
  readonly outcomes: readonly OutcomeSight[];
  /**
   * When the newest outcome that is no longer among `outcomes` was recorded, by the house's clock; left out while none was let go. That a command of
   * before then has no outcome here shows nothing.
   */
  readonly outcomesForgottenAt?: number;
  /** Sends and answers that were accepted for it, oldest first, the newest `MAX_ACCEPTED`. */
  readonly accepted: readonly AcceptedSight[];
  /** What it asks, oldest first, the newest `MAX_QUESTIONS`. */
  readonly questions: readonly QuestionSight[];
  /** What it asked, and is over: oldest first, the newest `MAX_QUESTIONS`. */
  readonly endedQuestions: readonly EndedQuestion[];
  /** The newest token that its host said it had persisted for a lease. */
  readonly fenced: { readonly leaseId: LeaseId; readonly token: FencingToken } | null;
  /** When a person's newest message was recorded, by the house's clock; null if none was seen. Messages of an older history do not count. */
  readonly personAt: number | null;
  /** When a person's newest message was said, by its host's clock, however late it was told. */
  readonly personSaidAt?: number;
}

/** An app-server on a host. */
export interface EndpointSight {
  readonly endpointId: EndpointId;
  readonly isReady: boolean;
  /** On the host itself: folders of another machine are not the host's to give. */
  readonly isLocal: boolean;
  /** Whose socket it is, as the host says; left out where it does not. */
  readonly unixUser?: string;
}

export interface HostSight extends HostStanding {
  readonly kind: "host";
  readonly hostId: HostId;
  /** Folders under which sessions may be spawned there. */
  readonly workspaceRoots: readonly string[];
  /** In the order in which it told of them, at most `MAX_ENDPOINTS`. */
  readonly endpoints: readonly EndpointSight[];
}

export const MAX_TURNS = 64;
export const MAX_OUTCOMES = 64;
/** Codex waits for one answer at a time, or a few where tools run side by side. */
export const MAX_QUESTIONS = 32;
/** UTF-16 letters of a subject that are kept; what is longer is never accepted by a rule. */
export const MAX_SUBJECT = 4_096;
export const MAX_ENDPOINTS = 64;

/** What can be found by no id. */
export interface SightIndex {
  /** Sessions with an open question. */
  readonly asking: () => readonly SessionId[];
  /** Spawned sessions of a host that are in a turn. */
  readonly spawnedAtWork: (hostId: HostId) => number;
  /** Sessions of which it was said that they are sub-agents of this one, whoever said it. */
  readonly subAgents: (parentId: SessionId) => readonly SessionId[];
}

/** What `decide` and `due` may look up. */
export interface Sight extends SightIndex {
  readonly session: (id: SessionId) => SessionSight | null;
  readonly host: (id: HostId) => HostSight | null;
}
