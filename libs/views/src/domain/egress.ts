/** Redacted egress policies, each as it was last registered under its sandbox (F1-092 … F1-103). Which of several for one session counts, `egressIn` says. */
import { DECIDED } from "@claw/events";
import type { EgressRow } from "../registry-rows.ts";
import type { ViewProjection } from "./projection.ts";

export const egress: ViewProjection<"egress"> = {
  name: "egress",
  version: 1,
  key: ({ lane, event }) =>
    lane === DECIDED && event.type === "egress.registered" ? event.data.sandboxId : null,
  evolve: (_row, { event, recordedAt, position }) =>
    event.type === "egress.registered"
      ? ({ ...event.data, registeredAt: recordedAt, position } satisfies EgressRow)
      : undefined,
};
