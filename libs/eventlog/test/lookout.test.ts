import { expect, it } from "vitest";
import { isHeard } from "../src/jetstream/lookout.ts";
import { unheardForMs } from "../src/jetstream/quorum.ts";

const said = (text: string) => ({ string: () => text });
const SECOND = 1_000_000_000;
const answer = (...active: readonly number[]) =>
  JSON.stringify({ cluster: { leader: "a", replicas: active.map((ns) => ({ name: "x", active: ns })) } });

it("a leader that hears a majority has its quorum, and one that hears nobody has not", () => {
  expect(isHeard(said(answer(SECOND, SECOND)))).toBe(true);
  expect(isHeard(said(answer(SECOND, 60 * SECOND)))).toBe(true);
  expect(isHeard(said(answer(4 * SECOND, 4 * SECOND)))).toBe(false);
  expect(isHeard(said(answer(SECOND, SECOND, 9 * SECOND, 9 * SECOND)))).toBe(true);
  expect(isHeard(said(answer(SECOND, 9 * SECOND, 9 * SECOND, 9 * SECOND)))).toBe(false);
});

it("a stream on one server needs nobody", () => {
  expect(isHeard(said(JSON.stringify({ cluster: { leader: "a" } })))).toBe(true);
  expect(isHeard(said(JSON.stringify({ config: {} })))).toBe(true);
});

it("a server that cannot say is silent; a stream that is not there yet is no reason to go", () => {
  expect(isHeard(said(JSON.stringify({ error: { code: 503, err_code: 10_008 } })))).toBe(false);
  expect(isHeard(said(JSON.stringify({ error: { code: 404, err_code: 10_059 } })))).toBe(true);
  expect(isHeard(said("not json"))).toBe(true);
});

it("a follower that is said to be offline is not heard, whenever it was", () => {
  const offline = { name: "x", active: 0, offline: true };
  expect(isHeard(said(JSON.stringify({ cluster: { leader: "a", replicas: [offline, offline] } })))).toBe(
    false,
  );
});

it.each([{}, { leader: "" }, { leader: null }])(
  "who answers and knows no leader speaks for nobody: %j",
  (said) => {
    const heard = { replicas: [{ active: 0 }, { active: 0 }] };
    expect(unheardForMs({ cluster: { ...heard, ...said } })).toBe(Infinity);
  },
);

it("who answers and names another node as the leader speaks for nobody", () => {
  const cluster = {
    leader: "b",
    replicas: [
      { name: "b", active: 0 },
      { name: "c", active: 0 },
    ],
  };
  expect(unheardForMs({ cluster })).toBe(Infinity);
  expect(unheardForMs({ cluster: { ...cluster, leader: "a" } })).toBe(0);
});

it("a leader's answer says when it last heard those whom it needs", () => {
  const replicas = (...ages: readonly number[]) => ({
    cluster: { leader: "a", replicas: ages.map((active) => ({ active })) },
  });
  expect(unheardForMs(replicas(2 * SECOND, 60 * SECOND))).toBe(2_000);
  expect(unheardForMs(replicas(9 * SECOND, SECOND, 4 * SECOND, 5 * SECOND))).toBe(4_000);
  expect(unheardForMs(replicas())).toBe(0);
  expect(unheardForMs({ cluster: { leader: "a", replicas: [{ active: 0, offline: true }] } })).toBe(Infinity);
  expect(unheardForMs({ cluster: { leader: "a", replicas: "x" } })).toBe(0);
  expect(unheardForMs({ config: {} })).toBe(0);
});
