import { z } from "zod";

/** A model of the server's catalogue. */
export const Model = z.looseObject({
  id: z.string(),
  model: z.string(),
  displayName: z.string(),
  description: z.string(),
  hidden: z.boolean(),
  isDefault: z.boolean(),
});
export type Model = z.output<typeof Model>;
