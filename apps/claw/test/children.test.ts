import { Effect } from "effect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keepRunning } from "../src/fleet/children/keep-running.ts";
import { lineOf, splitLines } from "../src/fleet/children/lines.ts";
import { afterEnd, FRESH, type Pace } from "../src/fleet/children/pace.ts";
import { readReady } from "../src/fleet/ready.ts";
import { environmentFor, whereThreadsCall } from "../src/fleet/services.ts";

test("a child that keeps ending is started ever slower, from 0.2 s to 5 s; one that ran well begins again", () => {
  const pauses: number[] = [];
  let pace: Pace = FRESH;
  for (let n = 0; n < 8; n += 1) {
    pace = afterEnd(pace, 100);
    pauses.push(pace.pauseMs);
  }
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  expect(afterEnd(pace, 30_000)).toEqual({ inARow: 1, pauseMs: 200 });
});

test("what a child writes in any pieces is heard as the lines that it wrote", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[ -~]{1,40}$/), { maxLength: 20 }),
      fc.infiniteStream(fc.nat(7)),
      (lines, cuts) => {
        const text = lines.map((line) => `${line}\n`).join("");
        const heard: string[] = [];
        let kept = "";
        for (let from = 0; from < text.length;) {
          const to = from + 1 + (cuts.next().value ?? 0);
          const split = splitLines(kept, text.slice(from, to));
          kept = split.kept;
          heard.push(...split.lines);
          from = to;
        }
        expect([heard, kept]).toEqual([lines, ""]);
      },
    ),
  );
});

test("a diagnostic is told by its level, part and sentence; a control character moves nobody's cursor", () => {
  expect(lineOf("ingest", '{"level":40,"part":"log","msg":"slow","x":1}')).toBe("ingest | warn log: slow");
  expect(lineOf("ingest", "\u001b[2Jgone")).toBe("ingest |  [2Jgone");
  expect(lineOf("ingest", '{"level":"x"}')).toBe('ingest | {"level":"x"}');
  expect(splitLines("x".repeat(100_000), "y").kept.length).toBeLessThan(10_000);
});

const child = (script: string, onStart = () => {}) => ({
  name: "child",
  program: process.execPath,
  args: ["-e", script],
  env: () => ({}),
  hasChannel: false,
  onStart,
});

test("a child whose settings are wrong is not started again, and neither is one whose place is taken", async () => {
  for (const code of [2, 5]) {
    let starts = 0;
    const kept = keepRunning(
      child(`process.exit(${code})`, () => void (starts += 1)),
      () => {},
    );
    const stopped = await Effect.runPromise(Effect.flip(kept));
    expect([stopped.exitCode, starts]).toEqual([code, 1]);
  }
});

test("a child that ended is started again; told to stop, it is ended", async () => {
  const lines: string[] = [];
  let starts = 0;
  const third = Promise.withResolvers<void>();
  const script = "process.stdout.write(`up ${process.pid}\\n`); setTimeout(() => process.exit(1), 1)";
  const onStart = (): void => {
    starts += 1;
    if (starts === 3) third.resolve();
  };
  const kept = keepRunning(child(script, onStart), (line) => lines.push(line));
  await Effect.runPromise(
    Effect.raceFirst(
      kept,
      Effect.promise(() => third.promise),
    ),
  );
  expect(lines.filter((line) => line.includes("ended with 1; started again"))).toHaveLength(2);
  const pids = lines.flatMap((line) => line.match(/up (\d+)/)?.[1] ?? []).map(Number);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
});

test("a program that cannot be started is told, not thrown", async () => {
  const lines: string[] = [];
  const kept = keepRunning({ ...child(""), program: "/no/such/program" }, (line) => lines.push(line));
  await Effect.runPromise(Effect.raceFirst(kept, Effect.sleep("100 millis")));
  expect(lines.join("\n")).toContain("could not be started");
});

test("S27: a child gets neither the token nor the address of another house; each service has a health port of its own", () => {
  const env = {
    CLAW_TOKEN: "x",
    CLAW_TOKEN_FILE: "y",
    CLAW_URL: "z",
    CLAW_HEALTH_PORT: "9000",
    PATH: "/bin",
  };
  expect(environmentFor("gateway", env, { CLAW_LOG_URL: "nats://a" })).toEqual({
    PATH: "/bin",
    CLAW_LOG_URL: "nats://a",
  });
  expect(environmentFor("ingest", env, {})).toEqual({ PATH: "/bin", CLAW_HEALTH_PORT: "9002" });
});

test("S27: what is shared with the provider of sign-ins goes to the gateway alone", () => {
  const env = { CLAW_OIDC_ISSUER: "i", CLAW_OIDC_CLIENT_SECRET: "x", CLAW_OIDC_CLIENT_SECRET_FILE: "y" };
  expect(environmentFor("gateway", env, {})).toEqual(env);
  for (const service of ["policy", "projector", "ingest", "connector"] as const)
    expect(environmentFor(service, env, {})).toEqual({ CLAW_OIDC_ISSUER: "i" });
});

test("S1-147 ingest is told where threads call: this machine's gateway, unless somebody named one, or a certificate needs a name", () => {
  const ports = new Map([["CLAW_HTTP_PORT", "8001"]] as const);
  const none = new Map();
  expect(whereThreadsCall({ ports }, { CLAW_HTTP_PORT: "0" })).toEqual({
    CLAW_PUBLIC_URL: "http://127.0.0.1:8001",
  });
  expect(whereThreadsCall({ ports: none }, { CLAW_HTTP_PORT: "9000" })).toEqual({
    CLAW_PUBLIC_URL: "http://127.0.0.1:9000",
  });
  expect(whereThreadsCall({ ports: none }, {})).toEqual({ CLAW_PUBLIC_URL: "http://127.0.0.1:7420" });
  expect(whereThreadsCall({ ports }, { CLAW_PUBLIC_URL: "https://claw.example" })).toEqual({});
  expect(whereThreadsCall({ ports }, { CLAW_TLS_CERT: "cert.pem" })).toEqual({});
});

test("only a message of ours says that a service is ready", () => {
  expect(readReady({ ready: { url: null } })).toEqual({ url: null, madeToken: false });
  for (const other of [null, "ready", { ready: true }, { ready: { url: 7 } }])
    expect(readReady(other)).toBeNull();
});
