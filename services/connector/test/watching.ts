/** A connector that runs for the time of a test, and what it told. */
import { join } from "node:path";
import { type Clocks, type ConfigOf, makeHealth, noDiagnostics, systemClocks } from "@claw/runtime";
import { ownTime } from "@claw/testkit/stopwatch";
import { Effect, Fiber } from "effect";
import {
  type Connector,
  type ConnectorOptions,
  type connectorSettings,
  startConnector,
} from "@claw/connector";
import type { Endpoint } from "../src/domain/endpoint.ts";
import { events, type Folder, hostId } from "./support.ts";

export interface Running {
  readonly connector: Connector;
  readonly told: () => ReturnType<typeof events>;
  /** Resolves when what was told fits; asks again whenever the outbox grew, and fails after ten seconds. */
  readonly until: (what: string, fits: (told: ReturnType<typeof events>) => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const DEADLINE_MS = 45_000;
const LOOK_MS = 10;
/** Less than what a connector takes for a pause of its machine. */
const MOST_STEP_MS = 1_000;

/** Clocks that stand while others have the processor: a busy machine is none that slept (DESIGN 14.9), which is tested with clocks of its own. */
function calmClocks(): Clocks {
  const startedAt = systemClocks.wallMs();
  const own = ownTime(MOST_STEP_MS);
  let passed = 0;
  const monoMs = (): number => {
    passed += own();
    return passed;
  };
  return { monoMs, wallMs: () => startedAt + Math.round(monoMs()) };
}

export async function run(
  folder: Folder,
  endpoints: ConfigOf<typeof connectorSettings>["endpoints"] | readonly Endpoint[],
  options: Partial<ConnectorOptions> = {},
): Promise<Running> {
  const ready = Promise.withResolvers<Connector>();
  const program = Effect.scoped(
    Effect.gen(function* () {
      const connector = yield* startConnector({
        hostId,
        dataDir: join(folder.path, "connector"),
        settings: { endpoints, codex: undefined, workspaceRoots: [] },
        url: null,
        tokenFile: join(folder.path, "token"),
        env: {},
        clocks: calmClocks(),
        health: makeHealth(),
        diagnostics: noDiagnostics,
        ...options,
      });
      ready.resolve(connector);
      return yield* Effect.never;
    }),
  );
  const fiber = Effect.runFork(Effect.tapCause(program, (cause) => Effect.sync(() => ready.reject(cause))));
  const connector = await ready.promise;
  const told = () => events(connector.outbox);
  return {
    connector,
    told,
    until: async (what, fits) => {
      for (const deadline = Date.now() + DEADLINE_MS; !fits(told());) {
        if (Date.now() > deadline)
          throw new Error(
            `${what} was not told; told was ${told()
              .map(({ type }) => type)
              .join(", ")}`,
          );
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    stop: () => Effect.runPromise(Fiber.interrupt(fiber)).then(() => undefined),
  };
}
