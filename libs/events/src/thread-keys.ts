/**
 * The keys by which threads call back over MCP (DESIGN 14.12): bearer tokens that a host mints. The house learns their digests before one is used, and to which
 * thread each was given. Not called tokens in the data: redaction takes whatever stands under such a name for a secret. Lane: the host.
 */
import { z } from "zod";
import { Digest, SessionId, TokenId } from "./ids.ts";
import { eventKind } from "./kind.ts";

export const MAX_KEYS_AT_ONCE = 16;

/** Keys that exist now and belong to no thread yet: they open the tools' list and nothing else. */
export const KeysRegistered = eventKind({
  type: "keys.registered",
  version: 1,
  lane: "host",
  data: z.object({
    keys: z
      .array(z.object({ id: TokenId, digest: Digest }))
      .min(1)
      .max(MAX_KEYS_AT_ONCE),
  }),
  body: null,
});

/** The key was given to this thread, once and for ever. Only the session's own host may say so. */
export const KeyBound = eventKind({
  type: "key.bound",
  version: 1,
  lane: "host",
  data: z.object({ id: TokenId, sessionId: SessionId }),
  body: null,
});
