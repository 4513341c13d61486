/**
 * A node of a cluster that is cut off from the others still takes connections. It answers nothing of what matters, or worse: where it led a stream, it
 * goes on telling what it knew, for a quarter of a minute (seen on nats-server 2.14.0). Whoever sits there would wait, and be told old things; so the
 * leader of a stream is asked every second whom it hears, and who gets no answer, or that of a leader without followers, goes to the next node.
 */
import { RECEIPT_STREAM } from "@claw/events";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { Effect } from "effect";
import { asObject, numberIn, objectIn } from "./answer.ts";
import { hasQuorum } from "./quorum.ts";
import type { Wire } from "./wire.ts";

const ASK_EVERY_MS = 1_000;
const ANSWER_MS = 1_500;
/** In a row: one answer may be lost, and an election takes a few seconds in which moving about helps nobody. */
const SILENCES = 2;
/** Moves at full pace: enough to have seen every node of a cluster of five. */
const MOVES = 5;
const LONGEST_MS = 60_000;

/** Looks out for as long as it runs. Of a single server there is nothing to learn, and a key that may not ask stays where it is. */
export const lookOut = (connection: NatsConnection, wire: Wire): Effect.Effect<void> =>
  Effect.suspend(() => lookOn(connection, wire, { silences: 0, moves: 0 }));

interface Seen {
  readonly silences: number;
  /** Moves since the leader was heard: where no node knows one, moving on and on would help nobody. */
  readonly moves: number;
}

const lookOn = (connection: NatsConnection, wire: Wire, { silences, moves }: Seen): Effect.Effect<void> =>
  Effect.andThen(
    Effect.sleep(Math.min(LONGEST_MS, ASK_EVERY_MS * 2 ** Math.max(0, moves - MOVES))),
    Effect.suspend(() => {
      if (connection.info?.cluster === undefined || !wire.isUp())
        return lookOn(connection, wire, { silences: 0, moves });
      return Effect.flatMap(askLeader(connection), (answer) => {
        if (answer === "forbidden") return Effect.void;
        if (answer === "heard") return lookOn(connection, wire, { silences: 0, moves: 0 });
        if (silences + 1 < SILENCES) return lookOn(connection, wire, { silences: silences + 1, moves });
        return Effect.andThen(
          moveOn(connection),
          lookOn(connection, wire, { silences: 0, moves: moves + 1 }),
        );
      });
    }),
  );

/** Receipts are in every fleet, on as many servers as the log. */
const askLeader = (connection: NatsConnection): Effect.Effect<"heard" | "silent" | "forbidden"> =>
  Effect.promise(() =>
    connection.request(`$JS.API.STREAM.INFO.${RECEIPT_STREAM}`, "", { timeout: ANSWER_MS }).then(
      (message) => (isHeard(message) ? ("heard" as const) : ("silent" as const)),
      (error: unknown) =>
        error instanceof Error && /permission/i.test(`${error.name} ${error.message}`)
          ? ("forbidden" as const)
          : ("silent" as const),
    ),
  );

const UNAVAILABLE = 503;

/** A cluster that knows no leader is silent, whoever says so; a stream that is not there yet is no reason to go. Pure. */
export function isHeard(message: Pick<Msg, "string">): boolean {
  const answer = objectIn(message) ?? {};
  const error = asObject(answer["error"]);
  return error === null ? hasQuorum(answer) : numberIn(error, "code") !== UNAVAILABLE;
}

const moveOn = (connection: NatsConnection): Effect.Effect<void> =>
  Effect.promise(() => connection.reconnect().catch(() => undefined));
