/**
 * Which service may say and hear what on NATS: a table, from which the server's configuration is generated and against which a real server is tried.
 *
 * Every service has a key of its own and an inbox of its own (`_INBOX_<service>.>`), never the shared `_INBOX.>`, in which others could read its
 * answers (RELIABILITY E18). Nobody but the keeper can make, change or delete a stream, and nobody at all can purge one or delete a message
 * (S7, S9), but for the bucket of archives, whose end comes (X1-037). What is not granted is refused.
 */
import { ARCHIVE_BUCKET } from "@claw/archives";
import { RECEIPT_STREAM, talkSubjects } from "@claw/events";

export const SERVICES = ["ingest", "policy", "projector", "keeper", "gateway", "watcher"] as const;
export type Service = (typeof SERVICES)[number];

export interface Grant {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /**
   * Whose requests it answers: it may publish to their inboxes. The server's `allow_responses` would let it publish to whatever address a message
   * asks for an answer at, and who hears its own messages can ask itself: then it could publish anything (tried on nats-server 2.14.0).
   */
  readonly answers: readonly Service[];
}

/** Where a service's answers arrive; `connectNats` of @claw/eventlog uses the same prefix. */
export const inboxOf = (service: Service): string => `_INBOX_${service}.>`;

/** Any one token: what stands for an id in `talkSubjects`. */
const every = (subject: (id: never) => string): string => subject("*" as never);

/** Subjects of observed entries, `log.<shard>.<kind>.<id>`. Neither `log.decided` nor what is said of the log itself is among them. */
const OBSERVED = ["log.*.host.*", "log.*.session.*"];
const DECIDED = "log.decided";
const FLEET_PULSES = "pulse.*.fleet.*";
/** What hosts say of themselves. What services say of the fleet is believed by others, so who stands at the door cannot say it. */
const HOST_PULSES = ["pulse.*.host.*", "pulse.*.session.*"];

/** Shows whether the server that one is connected to still has a cluster around it. */
const ASK_LEADER = `$JS.API.STREAM.INFO.${RECEIPT_STREAM}`;

/**
 * Reading streams, without server-side state that outlives the reader. `DIRECT.GET` is not among them: the server sends a stored message as it is to
 * whatever address it is asked to, and stores it where that is a subject of a stream. In the JSON of `MSG.GET` it is nothing that anybody believes.
 */
const READ_STREAMS = [
  "$JS.API.INFO",
  "$JS.API.STREAM.NAMES",
  "$JS.API.STREAM.INFO.*",
  "$JS.API.STREAM.MSG.GET.*",
  "$JS.API.CONSUMER.CREATE.*.>",
  "$JS.API.CONSUMER.INFO.*.>",
  "$JS.API.CONSUMER.DELETE.*.>",
  "$JS.API.CONSUMER.MSG.NEXT.*.>",
];

/** Writing archives and taking them away. The bucket is no part of the log: nothing is proved by it, and it is read back before it counts. */
const KEEP_ARCHIVES = [
  `$O.${ARCHIVE_BUCKET}.C.*`,
  `$O.${ARCHIVE_BUCKET}.M.*`,
  `$JS.API.STREAM.PURGE.OBJ_${ARCHIVE_BUCKET}`,
];

/** One object's messages after the other; neither a list of what there is nor another stream. */
const READ_ARCHIVES = `$JS.API.STREAM.MSG.GET.OBJ_${ARCHIVE_BUCKET}`;

/** The last message of a subject as it was stored. For who may not publish there: what it wrote itself it could have stored anywhere. */
const lastOf = (stream: string, subject: string): string => `$JS.API.DIRECT.GET.${stream}.${subject}`;

export const ACCOUNTS: Readonly<Record<Service, Grant>> = {
  /** Appends what hosts observed; has their uplinks, so it answers for their pages and hears what the ledger of record confirms. */
  ingest: {
    publish: [
      ...OBSERVED,
      ...HOST_PULSES,
      every(talkSubjects.uplink),
      talkSubjects.ledgerReceipt,
      talkSubjects.ledgerRead,
      lastOf(RECEIPT_STREAM, every(talkSubjects.receipt)),
      ...READ_STREAMS,
    ],
    subscribe: [
      inboxOf("ingest"),
      every(talkSubjects.page),
      every(talkSubjects.uplink),
      every(talkSubjects.receipt),
      "pulse.*.host.*",
    ],
    answers: ["gateway"],
  },
  /** Appends decisions, and tells other policies that it leads. */
  policy: {
    publish: [DECIDED, FLEET_PULSES, talkSubjects.ledgerRead, ...READ_STREAMS],
    subscribe: [inboxOf("policy"), talkSubjects.gate, talkSubjects.claim, FLEET_PULSES],
    answers: ["gateway", "projector"],
  },
  /**
   * Fills its ledger; of record, it confirms and answers from it, and keeps the archives. It appends nothing: what begins a generation is the keeper's. It may
   * claim to be of record, say what became of archives, and ask for nothing else: at the gate it could name anybody.
   */
  projector: {
    publish: [
      every(talkSubjects.feed),
      every(talkSubjects.receipt),
      FLEET_PULSES,
      "claw.>",
      talkSubjects.claim,
      talkSubjects.ledgerRead,
      talkSubjects.ledgerReceipt,
      ...KEEP_ARCHIVES,
      ...READ_STREAMS,
    ],
    subscribe: [inboxOf("projector"), talkSubjects.ledgerRead, talkSubjects.ledgerReceipt],
    answers: ["ingest", "policy", "projector", "gateway"],
  },
  /** Held by the projector of record beside its own key, and used only to make streams and to begin a generation. */
  keeper: {
    publish: [
      "log.>",
      "$JS.API.STREAM.CREATE.*",
      "$JS.API.STREAM.UPDATE.*",
      "$JS.API.STREAM.DELETE.*",
      ...READ_STREAMS,
    ],
    subscribe: [inboxOf("keeper")],
    answers: [],
  },
  /** Asks, and hears what moved. It reads the ledger from the disk that it shares with a projector, and archives from their bucket. */
  gateway: {
    publish: [
      talkSubjects.gate,
      every(talkSubjects.page),
      talkSubjects.ledgerRead,
      ASK_LEADER,
      READ_ARCHIVES,
    ],
    subscribe: [inboxOf("gateway"), every(talkSubjects.feed), "pulse.>"],
    answers: [],
  },
  /** A user of the system account: it asks the servers how they store, and nothing else. */
  watcher: {
    publish: ["$SYS.REQ.SERVER.PING.JSZ"],
    subscribe: [inboxOf("watcher")],
    answers: [],
  },
};

/** The one service that is a user of the system account. */
export const SYSTEM_SERVICE: Service = "watcher";
