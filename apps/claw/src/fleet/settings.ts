/** What a fleet on one machine, and each of its services, read from the environment. */
import { gatewaySettings } from "@claw/gateway";
import { placeSettings } from "../house/settings.ts";
import { optionalText, wholeNumber } from "@claw/runtime";
import { z } from "zod";

/** One address, or those of all nodes of a cluster with commas between. */
const natsUrl = z
  .string()
  .max(2_048, "is too long")
  .refine(
    (urls) => urls.split(",").every((url) => /^(nats|tls):\/\/[^/@?#\s]+$/.test(url.trim())),
    "is no address of a nats-server, such as nats://127.0.0.1:4222; users and passwords do not belong in it",
  );

const yesOrNo = z
  .enum(["0", "1"], "is neither 0 nor 1")
  .transform((text) => text === "1")
  .default(false);

const common = { dataDir: placeSettings.dataDir, level: placeSettings.level } as const;

export const fleetSettings = {
  ...common,
  hostId: placeSettings.hostId,
  /** Unset, a server is started. */
  logUrl: { variable: "CLAW_LOG_URL", schema: natsUrl.optional() },
  natsServer: { variable: "CLAW_NATS_SERVER", schema: optionalText },
  allowOld: { variable: "CLAW_LOG_ALLOW_OLD", schema: yesOrNo },
} as const;

/** Of every `claw run <service>`. */
export const serviceSettings = {
  ...common,
  logUrl: { variable: "CLAW_LOG_URL", schema: natsUrl },
  /** The service's nkey seed; default `<data dir>/keys/<service>.nk`. */
  keyFile: { variable: "CLAW_TOKEN_FILE", schema: optionalText },
  allowOld: { variable: "CLAW_LOG_ALLOW_OLD", schema: yesOrNo },
  healthPort: {
    variable: "CLAW_HEALTH_PORT",
    schema: z
      .string()
      .regex(/^\d{1,5}$/, "is no port")
      .transform(Number)
      .pipe(z.int().min(0).max(65_535, "is no port"))
      .optional(),
  },
} as const;

const tlsFiles = {
  tlsCert: { variable: "CLAW_TLS_CERT", schema: optionalText },
  tlsKey: { variable: "CLAW_TLS_KEY", schema: optionalText },
} as const;

export const uplinkSettings = {
  host: { variable: "CLAW_HTTP_HOST", schema: z.string().max(4_096, "is too long").default("127.0.0.1") },
  /** 0 takes a free port. */
  port: { variable: "CLAW_UPLINK_PORT", schema: wholeNumber({ min: 0, max: 65_535, default: 7_421 }) },
  /** Its name is the one that the certificate is for. */
  publicUrl: gatewaySettings.publicUrl,
  ...tlsFiles,
} as const;

/** A stream on an even number of servers is no safer than on one less. */
const REPLICAS = ["1", "3", "5"] as const;
const GIB = 1_073_741_824;

export const ledgerSettings = {
  replicas: {
    variable: "CLAW_LOG_REPLICAS",
    schema: z.enum(REPLICAS, "is none of 1, 3, 5").transform(Number).default(1),
  },
  /** Room for a fleet's smallest day at least; at most what `server-conf.ts` has room for twice, because one generation follows the other. */
  maxBytes: {
    variable: "CLAW_LOG_MAX_BYTES",
    schema: wholeNumber({ min: 64 * 1_048_576, max: 16 * GIB, default: 4 * GIB }),
  },
  ledger: {
    variable: "CLAW_LEDGER",
    schema: z.enum(["record", "replica"], "is neither record nor replica").default("record"),
  },
} as const;
