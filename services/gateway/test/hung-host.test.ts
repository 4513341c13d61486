/** N1-031, W-08: a host that hangs delays no page: what is read comes from the views, and only who asks for a host's own history waits for that host. */
import { HostId } from "@claw/events";
import { Effect } from "effect";
import { afterEach, expect, test } from "vitest";
import { routes } from "../src/routes/index.ts";
import { fakePorts, host, makeFakeViews, NOW, sessionRow, tokenOf } from "./fake-house.ts";
import { archiveOf } from "./fake-registry.ts";
import { filled, ONE_OF_EACH } from "./one-of-each.ts";
import { type Running, running, tokenChange } from "./running.ts";

const admin = tokenOf("admin");
/** More than one gateway runs pages at a time; each holds its connection. */
const WAITING = 100;
let gateway: Running | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});

/** A house with a host that answers nothing: it is asked, and stays silent. */
function hung() {
  const views = makeFakeViews();
  const asked = { now: 0 };
  views.commit([
    tokenChange(admin.row),
    ...ONE_OF_EACH,
    [
      "hosts",
      "h2",
      { ...host, hostId: HostId.parse("h2"), freshness: { state: "stale", sinceAt: NOW, reason: null } },
    ],
    ["sessions", "s2", sessionRow("s2", { hostId: HostId.parse("h2") })],
  ]);
  const { ports } = fakePorts({ reader: views.reader, archives: archiveOf("s1") });
  const pages = {
    read: () =>
      Effect.suspend(() => {
        asked.now += 1;
        return Effect.never;
      }),
  };
  return { ports: { ...ports, pages }, asked };
}

test(`while ${WAITING} callers wait for a host that hangs, every page is answered`, async () => {
  const { ports, asked } = hung();
  gateway = await running(ports);
  const { url } = gateway;
  const leaving = new AbortController();
  const get = (path: string, signal?: AbortSignal) =>
    fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${admin.bearer}` },
      ...(signal && { signal }),
    });
  const waiting = Array.from({ length: WAITING }, () =>
    get("/api/sessions/s2/transcript?older=1", leaving.signal).then(
      () => "answered",
      () => "left",
    ),
  );
  await expect.poll(() => asked.now).toBe(WAITING);
  for (const { path, method } of routes) {
    if (method !== "get") continue;
    const response = await get(filled(path, { hostId: "h2" }));
    await response.arrayBuffer();
    expect([path, response.status]).toEqual([path, 200]);
  }
  // The host never answers, so a page that waited for it would not have come.
  expect(asked.now).toBe(WAITING);
  leaving.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["left"]));
});
