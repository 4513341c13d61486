/** X1-026, S11: history that a host reads aloud is for who may hear it when it comes, not for who might when they asked. */
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { fakePorts, makeFakeViews, NOW, sessionRow, tokenOf } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { appOf, tokenChange } from "./running.ts";

const operator = tokenOf("operator");
const { name } = operator.row.principal;

/** The answer to who asks while `meanwhile` happens at the host. */
async function askedWhile(meanwhile: (views: ReturnType<typeof makeFakeViews>) => void) {
  const views = makeFakeViews();
  views.commit([tokenChange(operator.row), ["sessions", "s1", sessionRow("s1")]]);
  views.commit([["shares", "share/1", shareRow("s1", name)]]);
  const { ports } = fakePorts({ reader: views.reader });
  const read = () =>
    Effect.sync(() => {
      meanwhile(views);
      return { events: [], bodies: [], nextCursor: null };
    });
  const app = appOf({ ...ports, pages: { read } }, undefined, undefined, undefined, null, "private");
  const headers = { authorization: `Bearer ${operator.bearer}` };
  return (await app.request("/api/sessions/s1/transcript?older=1", { headers })).status;
}

describe("older history", () => {
  test("comes to who may still read it", async () => expect(await askedWhile(() => {})).toBe(200));

  test("does not come to who was revoked meanwhile", async () =>
    expect(
      await askedWhile((views) => views.commit([tokenChange({ ...operator.row, revokedAt: NOW })])),
    ).toBe(401));

  test("does not come to whom it is no longer shared with", async () => {
    const taken = shareRow("s1", name, { level: null });
    expect(await askedWhile((views) => views.commit([["shares", "share/1", taken]]))).toBe(404);
  });
});
