/** What the policy that leads says every two seconds. A pulse: it may be lost, and only the decided lane proves who leads (DESIGN 14.6). */
import { type Json, Word } from "@claw/events";
import { z } from "zod";

/** The thing that beats; there is one in a fleet. */
export const LEAD_KIND = "fleet";
export const LEAD_ID = "policy";

export const LeadBeat = z.object({
  /** The name under which it took the lead. */
  leader: Word,
  /** It gives the lead up: whoever stands by need not wait. */
  isLeaving: z.boolean(),
});
export type LeadBeat = z.infer<typeof LeadBeat>;

/** The beat as it was heard, or null for what is none. */
export function readLeadBeat(beat: {
  readonly kind: string;
  readonly id: string;
  readonly value: Json;
}): LeadBeat | null {
  if (beat.kind !== LEAD_KIND || beat.id !== LEAD_ID) return null;
  const read = LeadBeat.safeParse(beat.value);
  return read.success ? read.data : null;
}
