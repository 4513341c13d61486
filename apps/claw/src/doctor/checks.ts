/** What the doctor looks at, from near to far: settings, reach, parts, token, clocks, live stream, hosts and endpoints. */
import { unknownVariables } from "@claw/runtime";
import { z } from "zod";
import { send } from "../client/http.ts";
import { follow } from "../client/live.ts";
import { readRows, type Thing } from "../client/pages.ts";
import { isLoopback, type Target } from "../client/target.ts";
import { CommandFailed, type Io } from "../io.ts";
import { at } from "../render/columns.ts";
import { endpoints, hosts, type sessions } from "../render/looks.ts";
import { oneLine } from "../render/terminal.ts";
import { fail, type Finding, ok, warn } from "./check.ts";

/** Differences beyond this confuse people who compare times; hosts and house are fenced by their own clocks (RELIABILITY 3). */
const CLOCK_TOLERANCE_MS = 2_000;
const LIVE_WAIT_MS = 5_000;

export function checkSettings({ env }: Io, { url, token }: Target): readonly Finding[] {
  const unknown = unknownVariables(env).map(({ sentence }) => fail(sentence, "correct or unset it"));
  const isExposed = token !== null && url.protocol === "http:" && !isLoopback(url);
  return [
    ...(unknown.length > 0 ? unknown : [ok("every CLAW_* setting is known")]),
    ...(isExposed
      ? [
          warn(
            `the token travels to ${url.host} without encryption`,
            "put a TLS proxy before the house, or tunnel to it",
          ),
        ]
      : []),
  ];
}

/** Throws when nothing answers: then there is nothing else to look at. */
export async function checkReach(target: Target): Promise<readonly Finding[]> {
  const startedAt = performance.now();
  const { status } = await send(target, "GET", "/healthz");
  const tookMs = Math.round(performance.now() - startedAt);
  if (status === 200) return [ok(`${target.url.origin} answers in ${tookMs} ms`)];
  return [fail(`${target.url.origin} answers ${status}`, "is CLAW_URL a Claw Supervisor?")];
}

const Ready = z.object({ parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })) });

export async function checkParts(target: Target): Promise<readonly Finding[]> {
  const { body } = await send(target, "GET", "/readyz");
  const ready = Ready.safeParse(body);
  if (!ready.success)
    return [fail("/readyz does not answer as it should", "compare the versions of house and command")];
  return Object.entries(ready.data.parts).map(([part, health]) => {
    const what = `${oneLine(part)}: ${oneLine(health.detail)}`;
    return health.ok
      ? ok(what)
      : fail(what, "the house's own output has the reason; `claw up` again if it stays");
  });
}

/** The house's clock against ours. A Date header has whole seconds, so half of one is added. */
export async function checkClock(io: Io, target: Target): Promise<readonly Finding[]> {
  const before = io.nowMs();
  const { headers } = await send(target, "GET", "/healthz");
  const theirs = Date.parse(headers.get("date") ?? "") + 500;
  if (Number.isNaN(theirs)) return [];
  const offsetMs = Math.round(theirs - (before + io.nowMs()) / 2);
  const what = `the house's clock differs by ${(offsetMs / 1_000).toFixed(1)} s`;
  return [Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS ? ok(what) : warn(what, "set both clocks by NTP")];
}

export async function checkToken(target: Target): Promise<readonly Finding[]> {
  const fix = "set CLAW_TOKEN_FILE; on the house's own machine `claw up` leaves one in its data directory";
  if (target.token === null) return [fail("there is no token", fix)];
  const { status } = await send(target, "GET", "/api/sessions", { limit: 1 });
  if (status === 200) return [ok("the token is good")];
  return [fail(`the token is refused (${status})`, fix)];
}

/** Subscribes as a client would and waits for the end of the snapshot. */
export async function checkLive(io: Io, target: Target): Promise<readonly Finding[]> {
  const done = new AbortController();
  const stop = AbortSignal.any([io.stop, done.signal, AbortSignal.timeout(LIVE_WAIT_MS)]);
  const startedAt = performance.now();
  let position: number | null = null;
  const onFrame = (frame: { readonly type: string; readonly position: number }): void => {
    if (frame.type !== "caughtUp") return;
    ({ position } = frame);
    done.abort();
  };
  await follow(target, { params: { views: "hosts" }, after: null, stop, onFrame, onTalk: () => {} });
  const tookMs = Math.round(performance.now() - startedAt);
  if (position !== null) return [ok(`the live stream caught up at position ${position} in ${tookMs} ms`)];
  return [
    fail(
      `the live stream was not caught up in ${LIVE_WAIT_MS} ms`,
      "does a proxy between let WebSockets through?",
    ),
  ];
}

export async function checkFleet(target: Target): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const host of rowsOf(target, hosts)) findings.push(hostFinding(host));
  if (findings.length === 0)
    findings.push(warn("no host has joined", "`claw host add <id>` prints how one does"));
  for await (const endpoint of rowsOf(target, endpoints)) findings.push(endpointFinding(endpoint));
  return findings;
}

const rowsOf = (target: Target, { key }: typeof sessions) =>
  readRows(target, { path: `/api/${key}`, key, params: {} });

function hostFinding(host: Thing): Finding {
  const what = `host ${oneLine(hosts.name(host))} is ${String(at(host, "freshness.state"))}`;
  if (at(host, "freshness.state") !== "live")
    return warn(what, "is its connector running, and can it reach this house?");
  if (Number(at(host, "forks")) > 0)
    return warn(`${what}, and a clone of it was seen`, "give each machine its own data directory and token");
  return ok(what);
}

function endpointFinding(endpoint: Thing): Finding {
  const reason = at(endpoint, "reason");
  const why = typeof reason === "string" ? ` (${oneLine(reason)})` : "";
  const what = `endpoint ${oneLine(endpoints.name(endpoint))} is ${String(at(endpoint, "state"))}${why}`;
  return at(endpoint, "state") === "ready"
    ? ok(what)
    : warn(what, "is `codex app-server` running there? Its connector goes on trying");
}

/** A check that failed as a whole, in its own words. */
export async function found(check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CommandFailed) return [fail(error.message, "see above")];
    throw error;
  }
}
