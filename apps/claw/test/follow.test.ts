import { newBearer } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { claw, startStub, type Stub } from "./stub-house.ts";

let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
});

const TOKEN = newBearer("api").bearer;
const change = (position: number, key: string) => ({
  type: "change",
  position,
  kind: "sessions",
  key,
  row: { sessionId: key, status: "idle" },
});
const word = (type: string, position: number) => ({ type, position, kind: null, key: null, row: null });

/** Each connection gets the next script of frames; all but the last are cut off after it. */
async function scripted(...scripts: readonly (readonly object[])[]): Promise<Stub> {
  const house = await startStub(() => undefined);
  let connection = 0;
  house.live.on("connection", (client) => {
    const script = scripts[connection] ?? [];
    connection += 1;
    for (const frame of script) client.send(JSON.stringify(frame));
    if (connection < scripts.length) client.close(1001);
  });
  stub = house;
  return house;
}

describe("N1-006: claw watch", () => {
  test("resumes where it was, says so, and hands each change over once", async () => {
    const house = await scripted(
      [change(4, "s1"), word("caughtUp", 5), change(5, "s2")],
      [change(5, "s2"), change(6, "s3"), change(7, "s4")],
    );
    const ran = await claw(
      ["watch", "sessions", "-o", "jsonl"],
      { CLAW_URL: house.url, CLAW_TOKEN: TOKEN },
      (out, stop) => {
        if (out.includes('"s4"')) stop();
      },
    );
    expect(ran.exitCode).toBe(0);
    const keys = ran.out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { key: string | null }).key);
    expect(keys).toEqual(["s1", null, "s2", "s3", "s4"]);
    expect(ran.err).toContain("connection lost at position 5; resuming");
    expect(house.calls.map(({ url }) => url)).toEqual([
      "/api/live?views=sessions",
      "/api/live?views=sessions&after=5",
    ]);
    expect(
      house.calls.every(
        ({ url, authorization }) => !url.includes(TOKEN) && authorization === `Bearer ${TOKEN}`,
      ),
    ).toBe(true);
  });

  test("an outage is told once, however often it is tried", async () => {
    const house = await scripted([word("caughtUp", 5)], [], [], [change(6, "s3")]);
    const ran = await claw(["watch"], { CLAW_URL: house.url, CLAW_TOKEN: TOKEN }, (out, stop) => {
      if (out.includes("s3")) stop();
    });
    expect(ran.err.match(/connection lost/g)).toHaveLength(1);
    expect(house.calls).toHaveLength(4);
  });

  test("a resync is told on stderr", async () => {
    const house = await scripted([word("caughtUp", 2), word("resync", 2), change(9, "s9")]);
    const ran = await claw(["watch"], { CLAW_URL: house.url, CLAW_TOKEN: TOKEN }, (out, stop) => {
      if (out.includes("s9")) stop();
    });
    expect(ran.err).toContain("starts again after position 2");
    expect(ran.out).toBe("9  sessions  s9  idle\n");
  });

  test("W-33: what was registered, shared or put off is told in a few words as well", async () => {
    const told = (position: number, kind: string, key: string, row: object) => ({
      type: "change",
      position,
      kind,
      key,
      row,
    });
    const house = await scripted([
      told(3, "runtimes", "rt-1", { status: "ready", runtime: "container", owner: "ann" }),
      told(4, "shares", "session/s1/bob", { kind: "share", to: "bob", level: "viewer", by: "ann" }),
      told(5, "checkpoints", "s1", { sessionId: "s1", count: 3, bytes: 9_000, newest: [] }),
      told(6, "attention", "waiting/s1/r1", { assignedTo: "bob", snoozedUntil: null }),
    ]);
    const ran = await claw(
      ["watch", "runtimes", "shares", "checkpoints", "attention"],
      { CLAW_URL: house.url, CLAW_TOKEN: TOKEN },
      (out, stop) => {
        if (out.includes("waiting/s1")) stop();
      },
    );
    expect(house.calls[0]?.url).toBe("/api/live?views=runtimes%2Cshares%2Ccheckpoints%2Cattention");
    expect(ran.out).toBe(
      "3  runtimes  rt-1  ready  container  ann\n4  shares  session/s1/bob  share  bob  viewer  ann\n5  checkpoints  s1  3  9000\n6  attention  waiting/s1/r1  bob\n",
    );
  });

  test("a house that is not there is exit 7; one that says no is exit 4", async () => {
    const house = await scripted([]);
    const env = { CLAW_URL: house.url, CLAW_TOKEN: TOKEN };
    await house.close();
    expect((await claw(["watch"], env)).exitCode).toBe(7);
    const refusing = await startStub(() => undefined);
    refusing.live.on("connection", (client) => client.close(4401));
    stub = refusing;
    expect((await claw(["watch"], { ...env, CLAW_URL: refusing.url })).exitCode).toBe(4);
  });
});

describe("S1-079: claw transcript", () => {
  test("writes what was, then follows from where the views stood", async () => {
    const item = (id: string, text: string, phase = "completed") => ({
      itemId: id,
      kind: "agentMessage",
      phase,
      text,
      completedAt: "2026-11-21T11:00:00.000Z",
    });
    const house = await startStub((url) =>
      url.includes("/transcript")
        ? {
            body: {
              items: url.includes("cursor")
                ? [item("i2", "two\u001b[1m")]
                : [item("i1", "one"), item("i3", "begun", "started")],
              nextCursor: url.includes("cursor") ? null : "c",
              position: 40,
            },
          }
        : undefined,
    );
    stub = house;
    house.live.on("connection", (client) => {
      const frame = (position: number, row: object) => ({
        type: "change",
        position,
        kind: "items",
        key: "k",
        row,
      });
      client.send(JSON.stringify(frame(41, item("i3", "not yet", "started"))));
      client.send(JSON.stringify(frame(42, item("i2", "two"))));
      client.send(JSON.stringify(frame(43, item("i3", "three"))));
    });
    const { out } = await claw(
      ["transcript", "s1", "-f"],
      { CLAW_URL: house.url, CLAW_TOKEN: TOKEN },
      (text, stop) => {
        if (text.includes("three")) stop();
      },
    );
    const head = "2026-11-21 11:00:00  agentMessage";
    expect(out).toBe(`${head}\n  one\n${head}\n  two\n${head}\n  three\n`);
    expect(house.calls.at(-1)?.url).toBe("/api/live?session=s1&views=items&after=40");
  });
});
