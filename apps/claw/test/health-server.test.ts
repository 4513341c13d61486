import { request } from "node:http";
import { makeHealth, makeMetrics } from "@claw/runtime";
import { Effect } from "effect";
import { expect, test } from "vitest";
import { serveHealth } from "../src/fleet/run/health-server.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

const ask = (port: number, path: string, host = `127.0.0.1:${port}`, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers: { host } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => (body += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on("error", reject).end();
  });

test("a service without HTTP tells how it is, on loopback, to whoever asks this machine by its own name", async () => {
  const [health, metrics] = [makeHealth(), makeMetrics()];
  await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(serveHealth({ port: 0, health, metrics }), (port) =>
        Effect.promise(async () => {
          expect((await ask(port, "/readyz")).status).toBe(503);
          health.set("log", { ok: true, detail: "generation 1" });
          expect(await ask(port, "/readyz")).toEqual({
            status: 200,
            body: '{"ok":true,"parts":{"log":{"ok":true,"detail":"generation 1"}}}',
          });
          health.set("log", { ok: false, detail: "away" });
          expect([(await ask(port, "/healthz")).status, (await ask(port, "/readyz")).status]).toEqual([
            200, 503,
          ]);
          expect((await ask(port, "/metrics")).status).toBe(200);
          expect((await ask(port, "/else")).status).toBe(404);
          expect((await ask(port, "/readyz", undefined, "POST")).status).toBe(405);
          for (const name of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil"])
            expect((await ask(port, "/readyz", name)).status).toBe(421);
        }),
      ),
    ),
  );
});

test("a port that is taken is a conflict with a way out", async () => {
  const [health, metrics] = [makeHealth(), makeMetrics()];
  const stopped = await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(serveHealth({ port: 0, health, metrics }), (port) =>
        Effect.flip(serveHealth({ port, health, metrics })),
      ),
    ),
  );
  expect([stopped.exitCode, stopped.sentence]).toEqual([5, expect.stringContaining("CLAW_HEALTH_PORT")]);
});
