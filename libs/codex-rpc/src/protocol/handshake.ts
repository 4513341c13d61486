import { z } from "zod";

/** Who is calling; the first caller's `name` becomes the originator of every thread of that process. */
export const ClientInfo = z.object({
  name: z.string(),
  title: z.string().nullable(),
  version: z.string(),
});
export type ClientInfo = z.output<typeof ClientInfo>;

export const InitializeParams = z.object({
  clientInfo: ClientInfo,
  capabilities: z.object({
    experimentalApi: z.boolean(),
    requestAttestation: z.boolean(),
    optOutNotificationMethods: z.array(z.string()).optional(),
  }),
});

/** What the server says about itself, before it is parsed. */
export const InitializeResult = z.looseObject({
  userAgent: z.string(),
  codexHome: z.string(),
  platformFamily: z.string(),
  platformOs: z.string(),
});
