/** `claw run connector`: this machine's connector in its own fleet. Elsewhere it is `claw connect`. */
import type { Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { watchFor } from "../../house/connect.ts";
import { endWithParent, tellReady } from "../ready.ts";

export const runConnector: Effect.Effect<never, Stopped> = Effect.suspend(() => {
  endWithParent();
  tellReady({ url: null, madeToken: false });
  return watchFor({}, { isOwn: true });
});
