/** What can be set about the gateway (DESIGN 3, "Environment"). */
import { type ConfigOf, optionalText, text, wholeNumber } from "@claw/runtime";
import { z } from "zod";

const publicUrl = z
  .url({ protocol: /^https?$/, error: "is not an http or https address" })
  .max(2_048, "is too long")
  .transform((address) => new URL(address))
  .refine((address) => address.username === "" && address.password === "", "must not hold a user or password")
  .optional();

export const gatewaySettings = {
  /** Where to listen. Loopback unless somebody decides otherwise (S1-116). */
  host: { variable: "CLAW_HTTP_HOST", schema: text("127.0.0.1") },
  /** 0 takes a free port. */
  port: { variable: "CLAW_HTTP_PORT", schema: wholeNumber({ min: 0, max: 65_535, default: 7_420 }) },
  /** The address by which people know this server, when it is not the one it listens on. */
  publicUrl: { variable: "CLAW_PUBLIC_URL", schema: publicUrl },
  /** Where the product is told of, which is not where it answers (F1-002); left out, its own address. */
  productUrl: { variable: "CLAW_PRODUCT_URL", schema: publicUrl },
  /** Who sees what: `fleet`, everybody every row; `private`, people what is theirs or was shared with them (ADR 0014, X1-026). */
  visibility: {
    variable: "CLAW_VISIBILITY",
    schema: z.enum(["fleet", "private"], { error: "is neither fleet nor private" }).default("fleet"),
  },
  /** The certificate and its key, two PEM files: with both the gateway speaks https and wss only, with one it does not start. */
  tlsCert: { variable: "CLAW_TLS_CERT", schema: optionalText },
  tlsKey: { variable: "CLAW_TLS_KEY", schema: optionalText },
} as const;

export type GatewaySettings = ConfigOf<typeof gatewaySettings>;
