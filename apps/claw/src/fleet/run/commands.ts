/** `claw run <service>`: one service of a fleet in this process. */
import type { Stopped } from "@claw/runtime";
import { Effect } from "effect";
import type { FleetService } from "../services.ts";

/** Each is loaded only when it is the one. */
export const runService = (service: FleetService): Effect.Effect<never, Stopped> =>
  Effect.flatten(Effect.promise(() => PROGRAMS[service]()));

const PROGRAMS: Readonly<Record<FleetService, () => Promise<Effect.Effect<never, Stopped>>>> = {
  policy: async () => (await import("./policy.ts")).runPolicy,
  ingest: async () => (await import("./ingest.ts")).runIngest,
  projector: async () => (await import("./projector.ts")).runProjector,
  gateway: async () => (await import("./gateway.ts")).runGateway,
  connector: async () => (await import("./connector.ts")).runConnector,
};
