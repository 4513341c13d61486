/**
 * Receipts over NATS: the projector of record tells `receipt.<host>`, which a stream keeps the last of, and answers `ledger.receipt`. An ingest asks;
 * where no ledger of record answers it takes the last that was told, which proves nothing of what it lacks (ADR 0009).
 */
import { Epoch, HostId, RECEIPT_STREAM, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, type Scope, Stream } from "effect";
import { z } from "zod";
import { readBytes } from "../read-json.ts";
import type { KnownReceipt, Receipt, Receipts } from "../receipts.ts";
import { ask, request } from "./ask.ts";
import { followHosts } from "./follow.ts";
import { serve } from "./serve.ts";
import { SMALL, talkOf, type TalkOptions } from "./talk.ts";
import { makeNewestTeller } from "./tell-newest.ts";

/** Ranges that a receipt names; a host that has them sent again is told of the next. */
const MAX_MISSING = 64;
const MAX_IN_WORK = 256;
/** How long the ledger of record has to answer a hello, and the stream to give its last receipt. */
const ANSWER_MS = 1_000;

const Told = z.object({
  hostId: HostId,
  epoch: Epoch,
  confirmed: z.int().min(0),
  missing: z.array(z.tuple([z.int().min(1), z.int().min(1)])).max(MAX_MISSING),
});
const Request = z.object({ hostId: HostId, epoch: Epoch });
const Reply = z.object({ receipt: Told.nullable() });

const textOf = (receipt: Receipt): Receipt => ({
  hostId: receipt.hostId,
  epoch: receipt.epoch,
  confirmed: receipt.confirmed,
  missing: receipt.missing.slice(0, MAX_MISSING),
});

/** Answers for the time of a scope, which is that of being of record. What the source cannot prove is not answered with. */
export const serveReceipts = (
  connection: NatsConnection,
  source: Pick<Receipts, "of">,
  options: TalkOptions = {},
): Effect.Effect<void, never, Scope.Scope> =>
  serve(talkOf(connection, "receipts", options), {
    subject: talkSubjects.ledgerReceipt,
    request: Request,
    limits: { request: SMALL, reply: SMALL },
    most: MAX_IN_WORK,
    excuses: {
      busy: { receipt: null },
      misread: { receipt: null },
      tooLarge: { receipt: null },
      ended: { receipt: null },
    },
    answer: ({ hostId, epoch }) =>
      Effect.map(source.of(hostId, epoch), (known) => ({ receipt: known.isProven ? textOf(known) : null })),
  });

/** Tells receipts for the time of a scope: at most one per host in 50 ms, and the newest of a host in the end. */
export const tellReceipts = Effect.fnUntraced(function* (
  connection: NatsConnection,
  receipts: Stream.Stream<Receipt>,
  options: TalkOptions = {},
): Effect.fn.Return<void, never, Scope.Scope> {
  const teller = yield* makeNewestTeller(talkOf(connection, "receipts", options));
  yield* Effect.forkScoped(
    Stream.runForEach(receipts, (receipt) =>
      Effect.sync(() => teller.tell(talkSubjects.receipt(receipt.hostId), JSON.stringify(textOf(receipt)))),
    ),
  );
});

/** The last receipt of a host, of whichever epoch; null where there is none, or where it cannot be read now. */
export type LastReceipt = (hostId: HostId) => Effect.Effect<Receipt | null>;

export interface AskReceiptsOptions extends TalkOptions {
  readonly timeoutMs?: number;
  readonly lastReceipt: LastReceipt;
}

/** Asks the ledger of record; falls back on the last receipt. */
export function askReceipts(connection: NatsConnection, options: AskReceiptsOptions): Receipts {
  const talk = talkOf(connection, "receipts", options);
  const { timeoutMs = ANSWER_MS, lastReceipt } = options;
  const of: Receipts["of"] = (hostId, epoch) =>
    ask(talk, {
      subject: talkSubjects.ledgerReceipt,
      value: { hostId, epoch },
      reply: Reply,
      limits: SMALL,
      timeoutMs,
    }).pipe(
      Effect.map(({ receipt }) => receipt),
      Effect.catch(() => Effect.succeed(null)),
      Effect.flatMap((receipt) =>
        receipt !== null && isOf(receipt, hostId, epoch)
          ? Effect.succeed({ ...receipt, isProven: true })
          : Effect.map(lastReceipt(hostId), (last) => unproven(last, hostId, epoch)),
      ),
    );
  return { of, follow: followHosts(talk, "receipt.*", Told) };
}

const isOf = (receipt: Receipt, hostId: HostId, epoch: Epoch): boolean =>
  receipt.hostId === hostId && receipt.epoch === epoch;

const unproven = (last: Receipt | null, hostId: HostId, epoch: Epoch): KnownReceipt =>
  last !== null && isOf(last, hostId, epoch)
    ? { ...last, isProven: false }
    : { hostId, epoch, confirmed: 0, missing: [], isProven: false };

/** The last receipt of the stream, by a direct get: a plain request, whose reply is the stored message or a status. */
export function lastReceiptOf(connection: NatsConnection, options: TalkOptions = {}): LastReceipt {
  const talk = talkOf(connection, "receipts", options);
  return (hostId) => {
    const stored = talkSubjects.receipt(hostId);
    return request(talk, `$JS.API.DIRECT.GET.${RECEIPT_STREAM}.${stored}`, "", ANSWER_MS).pipe(
      Effect.map(({ data, headers }): Receipt | null => {
        if (headers !== undefined && headers.code !== 0) return null;
        const read = readBytes(Told, data, SMALL);
        if (read.ok && read.value.hostId === hostId) return read.value;
        talk.trouble("malformed");
        return null;
      }),
      Effect.catch(() => Effect.succeed(null)),
    );
  };
}
