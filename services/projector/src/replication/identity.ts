/** Whether a log is the one that the ledger read. Numbers do not say it: a log that lost its tail uses them again (RELIABILITY E10). */
import { type Cursor, type LogUnavailable, type RawLog, type RawMessage, readMessage } from "@claw/eventlog";
import { sha256 } from "@claw/events";
import { Effect } from "effect";
import { type Opening, openingOf } from "../domain/beginning.ts";
import type { OpenedLog } from "./ports.ts";

/** True if the message where the cursor stands is the one that it stood on: same number, same message id, same bytes. */
export const holdsCursor = (raw: RawLog, cursor: Cursor): Effect.Effect<boolean, LogUnavailable> =>
  Effect.map(raw.at(cursor.sequence), (found) => found !== null && isSame(found, cursor));

const isSame = ({ sequence, messageId, data }: RawMessage, cursor: Cursor): boolean =>
  sequence === cursor.sequence && messageId === cursor.messageId && sha256(data) === cursor.digest;

/** What the entry that opened this generation says; null for the first one, which opens without. Whoever opened the log has found it there. */
export const openingIn = ({ raw, start }: OpenedLog): Effect.Effect<Opening | null, LogUnavailable> =>
  start.sequence === 0
    ? Effect.succeed(null)
    : Effect.map(raw.at(start.sequence), (message) => {
        const read = message === null ? null : readMessage(message);
        return read?.ok === true ? openingOf(read.value) : null;
      });
