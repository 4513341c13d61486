/** What a service tells the process that started it, over the IPC channel that it was given: that it is ready, and where it listens. */
import { EXIT } from "@claw/runtime";
import { z } from "zod";

export const Ready = z.object({
  ready: z.object({
    /** Where it listens; null for a service that does not. */
    url: z.string().max(4_096).nullable(),
    /** The port, where the address is another one: that by which people know the gateway. */
    port: z.int().min(1).max(65_535).optional(),
    /** The gateway made the admin token at this start. */
    madeToken: z.boolean().default(false),
  }),
});
export type Ready = z.infer<typeof Ready>["ready"];
type Telling = z.input<typeof Ready>["ready"];

/** Does nothing where nobody listens: a service is the same with and without a parent. */
export const tellReady = (ready: Telling): void => void process.send?.({ ready });

/** Null for any other message. */
export const readReady = (message: unknown): Ready | null => Ready.safeParse(message).data?.ready ?? null;

/** Ends this process at once when whoever started it is gone: the next one wants its files and its port, and nothing here needs a tidy end. */
export function endWithParent(): void {
  if (process.send !== undefined) process.once("disconnect", () => process.exit(EXIT.fault));
}
