/**
 * The two tokens that a house on one machine makes for itself at its first start: the admin's, and the one of its own connector. Each is shown to
 * nobody and written to a file for the owner only; the log holds its digest.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommandId, type HostId, type Principal, sha256, TokenId } from "@claw/events";
import { EXIT, newBearer, newId, readBearer, Stopped } from "@claw/runtime";
import type { ViewReader } from "@claw/views";
import type { Gate } from "@claw/wire";
import { Effect } from "effect";
import { keepSecret } from "./secret-file.ts";

const HOUSE: Principal = { kind: "house", name: "claw up", role: "admin" };

export const adminTokenFile = (dataDir: string): string => join(dataDir, "admin-token");
/** What `ensureAdminToken` wrote. */
export const readAdminToken = (dataDir: string): string =>
  readFileSync(adminTokenFile(dataDir), "utf8").trim();
export const hostTokenFile = (dataDir: string): string => join(dataDir, "host-token");

/** Is this bearer, by its digest, a valid one of this host, or of a person (null)? Told by the views, which know every token that was recorded. */
export type IsKnown = (bearer: string, hostId: HostId | null) => boolean;

/** By digest, among the tokens that the views hold. */
export const knownTokens =
  (reader: () => ViewReader): IsKnown =>
  (bearer, hostId) => {
    const id = readBearer(bearer)?.tokenId;
    const row = id === undefined ? null : reader().token(id);
    const isValid = row !== null && row.revokedAt === null && row.tokenDigest === sha256(bearer);
    return isValid && row.hostId === hostId;
  };

/** Makes the admin token unless the file holds a valid one. True if it was made now. */
export const ensureAdminToken = (
  dataDir: string,
  gate: Gate,
  isKnown: IsKnown,
): Effect.Effect<boolean, Stopped> =>
  ensure(
    adminTokenFile(dataDir),
    (bearer) => isKnown(bearer, null),
    "api",
    (tokenId, tokenDigest) =>
      record(gate, {
        type: "token.create",
        commandId: newCommandId(),
        tokenId,
        tokenDigest,
        name: "admin",
        role: "admin",
        until: null,
      }),
  );

/** Makes the token of this machine's own connector unless the file holds a valid one. One whose file was lost is revoked first. */
export const ensureHostToken = (
  dataDir: string,
  hostId: HostId,
  gate: Gate,
  reader: () => ViewReader,
  isKnown: IsKnown,
): Effect.Effect<boolean, Stopped> =>
  ensure(
    hostTokenFile(dataDir),
    (bearer) => isKnown(bearer, hostId),
    "host",
    (tokenId, tokenDigest) =>
      Effect.andThen(
        revokeLost(reader(), hostId, gate),
        record(gate, {
          type: "host.add",
          commandId: newCommandId(),
          hostId,
          tokenId,
          tokenDigest,
          until: null,
        }),
      ),
  );

const revokeLost = (reader: ViewReader, hostId: HostId, gate: Gate): Effect.Effect<void, Stopped> =>
  Effect.forEach(
    reader
      .tokens({ limit: 500, cursor: null })
      .rows.filter((token) => token.hostId === hostId && token.revokedAt === null),
    ({ tokenId }) =>
      record(gate, { type: "token.revoke", commandId: newCommandId(), tokenId, reason: "its file was lost" }),
    { discard: true },
  );

const newCommandId = (): CommandId => CommandId.parse(newId("cmd"));

function ensure(
  file: string,
  isGood: (bearer: string) => boolean,
  kind: "api" | "host",
  make: (tokenId: TokenId, digest: string) => Effect.Effect<void, Stopped>,
): Effect.Effect<boolean, Stopped> {
  if (existsSync(file) && isGood(readFileSync(file, "utf8").trim())) return Effect.succeed(false);
  const { tokenId, bearer } = newBearer(kind);
  return Effect.as(
    Effect.andThen(
      make(TokenId.parse(tokenId), sha256(bearer)),
      Effect.sync(() => keepSecret(file, bearer)),
    ),
    true,
  );
}

const record = (gate: Gate, command: Command): Effect.Effect<void, Stopped> =>
  gate.submit(command, HOUSE).pipe(
    Effect.mapError(({ reason }) => stopped(`policy is not ready (${reason})`)),
    Effect.flatMap((verdict) =>
      verdict.decision === "accepted"
        ? Effect.void
        : Effect.fail(stopped(`policy refused it as ${verdict.code}`)),
    ),
  );

const stopped = (why: string): Stopped =>
  new Stopped({
    sentence: `The house could not make its own token: ${why}. Start it again; if it stays so, look at \`claw doctor\`.`,
    exitCode: EXIT.fault,
  });
