/** What a house on one machine reads from its environment: its own settings and those of its services, in one table. */
import { HostId } from "@claw/events";
import { connectorSettings } from "@claw/connector";
import { gatewaySettings } from "@claw/gateway";
import { ingestSettings } from "@claw/ingest";
import { type ConfigOf, EXIT, readConfig, type Settings, Stopped, text } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";

export const houseSettings = {
  dataDir: { variable: "CLAW_DATA_DIR", schema: text("./.claw") },
  logUrl: {
    variable: "CLAW_LOG_URL",
    schema: z
      .string()
      .refine((url) => url === "file:", "this version keeps its log in a file; the only value is file:")
      .default("file:"),
  },
  hostId: {
    variable: "CLAW_HOST_ID",
    schema: HostId.optional(),
  },
  level: {
    variable: "CLAW_DIAGNOSTICS_LEVEL",
    schema: z
      .enum(["silent", "error", "warn", "info", "debug"], "is none of silent, error, warn, info, debug")
      .default("info"),
  },
} as const;

export const upSettings = { gateway: gatewaySettings, ingest: ingestSettings, connector: connectorSettings };

/** Reads settings from this process's environment, or stops with a sentence for each thing that is wrong. */
export const fromEnvironment = <S extends Settings>(settings: S): Effect.Effect<ConfigOf<S>, Stopped> => {
  const read = readConfig(settings, process.env);
  if (read.ok) return Effect.succeed(read.config);
  const sentences = [...new Set(read.problems.map((problem) => problem.sentence))];
  return Effect.fail(new Stopped({ sentence: sentences.join("\n"), exitCode: EXIT.usage }));
};
