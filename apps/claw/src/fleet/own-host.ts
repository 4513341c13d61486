/** The token of this machine's own connector in a fleet: made through the API, as `claw host add` makes one for any other machine. */
import { existsSync, readFileSync } from "node:fs";
import { type HostId, sha256 } from "@claw/events";
import { EXIT, newBearer, readBearer, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { readRows } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { submit } from "../commands/submit.ts";
import { hostTokenFile } from "../house/credentials.ts";
import { keepSecret } from "../house/secret-file.ts";
import { CommandFailed } from "../io.ts";

/** Leaves a valid token in `<data dir>/host-token`. One whose file was lost is revoked first. */
export const ensureOwnHost = (
  dataDir: string,
  hostId: HostId,
  target: Target,
): Effect.Effect<void, Stopped> =>
  Effect.tryPromise({ try: () => ensure(dataDir, hostId, target), catch: (error) => stopped(error) });

async function ensure(dataDir: string, hostId: HostId, target: Target): Promise<void> {
  const file = hostTokenFile(dataDir);
  const known = await validTokens(target, hostId);
  if (existsSync(file)) {
    const tokenId = readBearer(readFileSync(file, "utf8").trim())?.tokenId;
    if (tokenId !== undefined && known.includes(tokenId)) return;
  }
  for (const tokenId of known)
    await submit(target, { type: "token.revoke", tokenId, reason: "its file was lost" });
  const { tokenId, bearer } = newBearer("host");
  await submit(target, { type: "host.add", hostId, tokenId, tokenDigest: sha256(bearer), until: null });
  keepSecret(file, bearer);
}

async function validTokens(target: Target, hostId: HostId): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const token of readRows(target, { path: "/api/tokens", key: "tokens", params: {} }))
    if (token["hostId"] === hostId && token["state"] === "valid") found.push(String(token["tokenId"]));
  return found;
}

const stopped = (error: unknown): Stopped =>
  new Stopped({
    sentence: `This machine could not join its own fleet: ${error instanceof CommandFailed ? error.message : "an error of ours"}`,
    exitCode: EXIT.fault,
  });
