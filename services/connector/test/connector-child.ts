/** A connector in a process of its own, for tests that kill it. Its options are the first argument, as JSON; it runs until it is killed. */
import { startConnector } from "@claw/connector";
import type { EndpointId, HostId } from "@claw/events";
import { makeHealth, noDiagnostics, systemClocks } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";

const Options = z.object({
  hostId: z.string(),
  dataDir: z.string(),
  tokenFile: z.string(),
  url: z.string(),
  socket: z.string(),
  root: z.string(),
});

const { hostId, dataDir, tokenFile, url, socket, root } = Options.parse(JSON.parse(process.argv[2] ?? "{}"));

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const target = { kind: "unix", path: socket } as const;
      const endpoint = { endpointId: "local" as EndpointId, target };
      yield* startConnector({
        hostId: hostId as HostId,
        dataDir,
        settings: { endpoints: [endpoint], codex: undefined, workspaceRoots: [root] },
        url,
        tokenFile,
        env: {},
        clocks: systemClocks,
        health: makeHealth(),
        diagnostics: noDiagnostics,
      });
      return yield* Effect.never;
    }),
  ),
);
