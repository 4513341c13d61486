/** What the gateway counts. Labels are the routes and codes there are, so no caller can make series (N1-035). */
import { refusals } from "@claw/events";
import { counter, histogram, type Metrics } from "@claw/runtime";
import type { LiveFrame } from "../live/frames.ts";

export interface HttpMetrics {
  readonly answered: (path: string, status: number, durationMs: number) => void;
  readonly refused: (code: string) => void;
}

export interface LiveMetrics {
  readonly sent: (type: LiveFrame["type"]) => void;
  readonly closed: (why: "token" | "message" | "lost") => void;
}

export function makeHttpMetrics(metrics: Metrics, paths: readonly string[]): HttpMetrics {
  const seconds = histogram(metrics, "claw_http_request_seconds", "How long requests took.", {
    route: paths,
    status: ["2xx", "4xx", "5xx"],
  });
  const refused = counter(metrics, "claw_http_refused_total", "Requests refused, by code.", {
    code: Object.keys(refusals),
  });
  return {
    answered: (route, status, ms) =>
      seconds.observe({ route, status: `${Math.floor(status / 100)}xx` }, ms / 1_000),
    refused: (code) => refused.add({ code }),
  };
}

export function makeLiveMetrics(metrics: Metrics): LiveMetrics {
  const sent = counter(metrics, "claw_live_frames_total", "Frames sent to live clients.", {
    type: ["snapshot", "change", "caughtUp", "resync", "heartbeat"],
  });
  const closed = counter(
    metrics,
    "claw_live_closed_total",
    "Live clients closed by the gateway, by reason.",
    {
      why: ["token", "message", "lost"],
    },
  );
  return { sent: (type) => sent.add({ type }), closed: (why) => closed.add({ why }) };
}
