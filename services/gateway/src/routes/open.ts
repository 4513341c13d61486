/** What anybody may read: whether the process lives, whether it is ready, what it speaks, and a page that says what it is. */
import { z } from "zod";
import type { House } from "../ports.ts";

export const HealthAnswer = z.object({ status: z.literal("ok") });

const PartAnswer = z.object({ ok: z.boolean(), detail: z.string() });
export const ReadyAnswer = z.object({
  status: z.enum(["ready", "not ready"]),
  parts: z.record(z.string(), PartAnswer),
});

/** Ready, or each part that is not with its reason. */
export function readiness(house: House): {
  readonly status: 200 | 503;
  readonly answer: z.infer<typeof ReadyAnswer>;
} {
  const parts = house.health.parts();
  if (house.health.isReady()) return { status: 200, answer: { status: "ready", parts: { ...parts } } };
  const missing = Object.entries(parts).filter(([, part]) => !part.ok);
  return { status: 503, answer: { status: "not ready", parts: Object.fromEntries(missing) } };
}

/** A plain page without script or style. The dashboard takes its place later. */
export const HOME_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Claw Supervisor</title></head>
<body>
<h1>Claw Supervisor</h1>
<p>This server watches Codex sessions on the hosts that joined it. It answers programs:</p>
<ul>
<li><a href="/healthz">/healthz</a> and <a href="/readyz">/readyz</a>: does it live, is it ready</li>
<li><a href="/openapi.json">/openapi.json</a>: every route and its shapes</li>
<li>/api/sessions, /api/hosts, /api/live and more: with a token</li>
</ul>
<p>On a terminal: <code>claw get sessions</code>, <code>claw watch</code>, <code>claw doctor</code>.</p>
</body>
</html>
`;
