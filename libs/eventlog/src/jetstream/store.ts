/** One message into a stream that is not the log: nothing guards its order, and it counts as soon as the server stored it. */
import { headers as noHeaders, type MsgHdrs } from "@nats-io/transport-node";
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { objectIn } from "./answer.ts";
import { faultFor, type Line, refusalIn } from "./api.ts";
import { failedAt, faultOf } from "./faults.ts";

/** As long as a cluster may take to agree. */
const TIMEOUT_MS = 10_000;

/** Returns when the server says that it is stored; a refusal is a fault. Fails as `unreachable` where no stream takes the subject. */
export const storeMessage = (
  { connection }: Pick<Line, "connection">,
  subject: string,
  data: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Effect.Effect<void, LogUnavailable> =>
  Effect.tryPromise({
    try: () => connection.request(subject, data, { timeout: TIMEOUT_MS, headers: headersOf(headers) }),
    catch: (error) => faultOf(error, "JetStream"),
  }).pipe(
    Effect.flatMap((message) => {
      const answer = objectIn(message);
      if (answer === null) return Effect.fail(failedAt("The server did not acknowledge in JSON."));
      const refused = refusalIn(answer);
      return refused === null ? Effect.void : Effect.fail(faultFor(refused));
    }),
  );

function headersOf(named: Readonly<Record<string, string>>): MsgHdrs {
  const made = noHeaders();
  for (const [name, value] of Object.entries(named)) made.set(name, value);
  return made;
}
