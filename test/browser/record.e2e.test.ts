/** What is kept of a session, and who may look in: the archive that a person downloads, and an admin of a private house who looks in with a reason. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../acceptance/support/until.ts";
import { type Browsing, openBrowser } from "./support/browser.ts";
import { type BusyHouse, makeBusyHouse } from "./support/busy-house.ts";
import { visitsOfTests } from "./support/visits.ts";

let busy: BusyHouse;
let browsing: Browsing;
let sessionId = "";
const visits = visitsOfTests();
const DUE_AFTER_MS = 61_000;
const WORDS = "what only its owner and those who ask with a reason may read";

beforeAll(async () => {
  browsing = await openBrowser();
  busy = await makeBusyHouse({ CLAW_VISIBILITY: "private" });
  sessionId = await busy.session("shop");
  busy.codex.runTurn(sessionId, `SAY ${WORDS}`);
  await until("the turn is told", async () => {
    const { session } = await busy.house.get<{ session: { turnCount: number; status: string } }>(
      `/api/sessions/${sessionId}`,
    );
    return session.turnCount === 1 && session.status === "idle";
  });
  const { session } = await busy.house.get<{ session: { hostId: string } }>(`/api/sessions/${sessionId}`);
  await busy.command({
    type: "owner.map",
    hostId: session.hostId,
    unixUser: userInfo().username,
    owner: "mara",
  });
});
afterAll(async () => {
  await browsing?.close();
  await busy?.end();
});

const open = async () => {
  const path = `/sessions/${sessionId}`;
  const visit = await browsing.visit({ url: busy.house.url, token: busy.house.token(), path });
  visits.push(visit);
  return visit.page;
};

test("DESIGN 14.20: an admin looks in with a reason, and the reason stays in the record", async () => {
  const page = await open();
  await page.getByText("The transcript cannot be read").waitFor();
  expect(await page.getByText(WORDS).count()).toBe(0);
  await page.getByRole("button", { name: "Look in…" }).click();
  const dialog = page.getByRole("dialog", { name: "Look in as an admin" });
  await dialog.getByLabel("Why").fill("the migration is stuck");
  await dialog.getByRole("button", { name: "Look in for an hour" }).click();
  await page.getByText(WORDS).first().waitFor();
  await page.getByText("the migration is stuck").first().waitFor();
});

test("X1-036 F1-116 the archive of a session that ended is told of, and each of its parts is downloaded", async () => {
  await busy.command({ type: "share.break_glass", target: { sessionId }, reason: "to read its archive" });
  busy.codex.emit("thread/archived", { threadId: sessionId });
  await until("it is told that it ended", async () => {
    const { session } = await busy.house.get<{ session: { closed: string | null } }>(
      `/api/sessions/${sessionId}`,
    );
    return session.closed === "archived";
  });
  // It is due a minute after its last fact. The archivist looks every five minutes, and first when a house begins. Without a connector: its fake app-server
  // lists the thread for ever.
  const endedAt = Date.now();
  await busy.house.claw().stop("SIGTERM");
  await until("it rested for a minute", () => Date.now() - endedAt > DUE_AFTER_MS, 2 * DUE_AFTER_MS);
  await busy.house.start(["--no-connector"]);
  const page = await open();
  const record = page.locator("section").filter({ has: page.getByRole("heading", { name: "Record" }) });
  await record.getByText("final", { exact: true }).waitFor({ timeout: 60_000 });
  const texts: Record<string, string> = {};
  for (const part of ["events.ndjson", "transcript.md", "summary.json"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      record.getByRole("link", { name: part }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${sessionId}-${part}`);
    texts[part] = readFileSync(await download.path(), "utf8");
  }
  expect(texts["transcript.md"]).toContain(WORDS);
  expect(JSON.parse(texts["summary.json"] ?? "")).toMatchObject({ sessionId });
  const lines = (texts["events.ndjson"] ?? "").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toContain("turn.completed");
});
