/** The events of a session as NDJSON, one line each, in the order and the words of the ledger (X1-035). Texts are those that passed the host's redaction. Pure. */
import { type Body, canonical, type Json, type Placed } from "@claw/events";

/** The lines of one entry. The same entry gives the same bytes for ever. */
export const linesOf = ({ position, entry: { envelope, bodies } }: Placed): string =>
  envelope.events
    .map((event, index) => {
      const line = {
        position,
        index,
        entryId: envelope.id,
        digest: envelope.digest,
        by: envelope.by,
        recordedAt: envelope.at,
        redactor: envelope.redactor,
        type: event.type,
        v: event.v,
        at: event.at,
        data: event.data,
        body: saidIn(bodies[index] ?? null),
      };
      return `${canonical(line as unknown as Json)}\n`;
    })
    .join("");

/** Null where the event has none, or where it was erased. */
function saidIn(body: Body | null): Json {
  if (body === null) return null;
  try {
    return JSON.parse(body.json) as Json;
  } catch {
    return body.json;
  }
}
