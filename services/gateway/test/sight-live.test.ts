import { EventEmitter } from "node:events";
import { systemClocks } from "@claw/runtime";
import type { ChangedRow } from "@claw/views";
import { describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { makeLiveClient } from "../src/live/client.ts";
import { eyesOf, seesChange } from "../src/sight.ts";
import { sessionRow } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, callers, itemRow, privateHouse } from "./private-house.ts";

interface Frame {
  readonly type: string;
  readonly position: number;
  readonly kind: string | null;
  readonly key: string | null;
}

class Listener extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly frames: Frame[] = [];

  send(text: string): void {
    this.frames.push(JSON.parse(text) as Frame);
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

function follow(as: CallerName, after: number | null = null) {
  const { views, share } = privateHouse();
  const house = { reader: () => views.reader, clocks: systemClocks, visibility: "private" } as const;
  const socket = new Listener();
  const { tokenId, principal } = callers[as].row;
  const ask = {
    caller: { tokenId, principal },
    views: ["sessions", "items"],
    sessionId: null,
    after,
  } as const;
  const client = makeLiveClient(ask, socket as unknown as WebSocket, {
    reader: () => views.reader,
    presentFor: () => (changed: ChangedRow) => ({ key: changed.key }),
    seesFor: (caller) => seesChange(house, caller),
    sightOf: (caller) => eyesOf(house, caller).version(),
    clocks: systemClocks,
    onFrame: () => {},
  });
  const heard = async (): Promise<readonly string[]> => {
    client.wake();
    await settle();
    return socket.frames.splice(0).map(({ type, kind, key }) => [type, kind, key].filter(Boolean).join(" "));
  };
  return { views, share, heard };
}

describe("X1-026: a live client", () => {
  test("is told of what it may see and of nothing else", async () => {
    const { views, heard } = follow("ann");
    expect(await heard()).toEqual([`snapshot sessions ${ANNS}`, `snapshot items ${ANNS}/t1/i1`, "caughtUp"]);
    views.commit([["sessions", BOBS, sessionRow(BOBS)]]);
    views.commit([["items", `${BOBS}/t1/i2`, itemRow(BOBS, 2)]]);
    expect(await heard()).toEqual([]);
    views.commit([["items", `${ANNS}/t1/i2`, itemRow(ANNS, 2)]]);
    expect(await heard()).toEqual([`change items ${ANNS}/t1/i2`]);
  });

  test("hears that a session is there, and no words, where it sees metadata", async () => {
    const { heard } = follow("auditor");
    expect(await heard()).toEqual([`snapshot sessions ${ANNS}`, `snapshot sessions ${BOBS}`, "caughtUp"]);
  });

  test("begins anew when something was shared or taken back", async () => {
    const { share, heard } = follow("eve");
    expect(await heard()).toEqual(["caughtUp"]);
    share(shareRow(ANNS, "eve"));
    expect(await heard()).toEqual([
      "resync",
      `snapshot sessions ${ANNS}`,
      `snapshot items ${ANNS}/t1/i1`,
      "caughtUp",
    ]);
  });

  test("that comes back begins anew: nobody knows what it was given to see when it left", async () => {
    const { heard } = follow("ann", 2);
    expect((await heard())[0]).toBe("resync");
  });
});
