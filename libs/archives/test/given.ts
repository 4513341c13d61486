/** Folders, and a nats-server with a link to it, for one test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectNats, type LogUnavailable, type NatsLink } from "@claw/eventlog";
import { type NatsServer, startNatsServer } from "@claw/testkit/nats";
import type { Effect, Scope } from "effect";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-archives-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that is gone when the test is. */
export async function givenServer(): Promise<NatsServer> {
  const server = await startNatsServer();
  onTestFinished(() => server.remove());
  return server;
}

export const linkTo = ({
  url,
}: Pick<NatsServer, "url">): Effect.Effect<NatsLink, LogUnavailable, Scope.Scope> =>
  connectNats({ url, name: "test" });
