/** A link that signs the owner of the caller's token in to the dashboard, once and soon (ADR 0014). */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { post } from "./http.ts";
import type { Target } from "./target.ts";

/** Written anew, so that nothing of it but an address reaches a terminal. */
const address = z
  .url({ protocol: /^https?$/ })
  .max(4_096)
  .transform((url) => new URL(url).href);

const Answer = z.object({ loginLink: z.object({ url: address, until: z.string() }) });
export type LoginLink = z.infer<typeof Answer>["loginLink"];

/** Refuses what the house refuses, and an answer that is no link. `until` is epoch ms by the house's clock. */
export async function askLoginLink(target: Target): Promise<LoginLink> {
  const answer = Answer.safeParse(await post(target, "/api/login-links", {}));
  if (answer.success) return answer.data.loginLink;
  throw new CommandFailed(EXIT.fault, "The server's answer is not the link that was asked for.");
}
