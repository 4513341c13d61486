/** What a house on one machine reads from its environment: its own settings and those of its services, in one table. */
import { HostId } from "@claw/events";
import { connectorSettings } from "@claw/connector";
import { gatewaySettings, oidcSettings } from "@claw/gateway";
import { ingestSettings } from "@claw/ingest";
import { type ConfigOf, EXIT, readConfig, type Settings, Stopped, text } from "@claw/runtime";
import { Effect } from "effect";
import { z } from "zod";

/** What every command reads that works on a data directory of this machine. */
export const placeSettings = {
  dataDir: { variable: "CLAW_DATA_DIR", schema: text("./.claw") },
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

export const houseSettings = {
  ...placeSettings,
  logUrl: {
    variable: "CLAW_LOG_URL",
    schema: z
      .string()
      .refine(
        (url) => url === "file:",
        "a house on one machine keeps its log in a file, so the only value is file:; nats:// is for `claw fleet` and `claw run`",
      )
      .default("file:"),
  },
} as const;

export const upSettings = {
  house: houseSettings,
  gateway: gatewaySettings,
  oidc: oidcSettings,
  ingest: ingestSettings,
  connector: connectorSettings,
};

type ConfigsOf<Tables extends Readonly<Record<string, Settings>>> = {
  readonly [Name in keyof Tables]: ConfigOf<Tables[Name]>;
};

/** Reads several tables at once, so that everything that is wrong is told at once. */
export const allFromEnvironment = <const Tables extends Readonly<Record<string, Settings>>>(
  tables: Tables,
): Effect.Effect<ConfigsOf<Tables>, Stopped> => {
  const merged: Record<string, Settings[string]> = {};
  for (const [table, settings] of Object.entries(tables))
    for (const [key, setting] of Object.entries(settings)) merged[`${table}/${key}`] = setting;
  return Effect.map(fromEnvironment(merged), (values) => {
    const pick = (table: string, settings: Settings) =>
      Object.fromEntries(Object.keys(settings).map((key) => [key, values[`${table}/${key}`]]));
    return Object.fromEntries(
      Object.entries(tables).map(([name, settings]) => [name, pick(name, settings)]),
    ) as ConfigsOf<Tables>;
  });
};

/** Reads settings from this process's environment, or stops with a sentence for each thing that is wrong. */
export const fromEnvironment = <S extends Settings>(settings: S): Effect.Effect<ConfigOf<S>, Stopped> => {
  const read = readConfig(settings, process.env);
  if (read.ok) return Effect.succeed(read.config);
  const sentences = [...new Set(read.problems.map((problem) => problem.sentence))];
  return Effect.fail(new Stopped({ sentence: sentences.join("\n"), exitCode: EXIT.usage }));
};
