import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../src/http/problem.ts";
import { fakePorts, makeFakeViews, sessionRow, tokenOf } from "./fake-house.ts";
import { appOf, tokenChange } from "./running.ts";

/** 20,000 at scale 1, 100,000 at scale 5. */
const RUNS = 20_000 * Number(process.env["CLAW_TEST_SCALE"] ?? 1);

const admin = tokenOf("admin");
const views = makeFakeViews();
views.commit([tokenChange(admin.row), ["sessions", "s1", sessionRow("s1")]]);
const app = appOf(fakePorts({ reader: views.reader }).ports);

const hostile = fc.constantFrom(
  "../../etc/passwd",
  "' OR 1=1 --",
  "%00",
  "%",
  "*",
  "__proto__",
  "\u202e",
  "-1",
  "1e99",
  "9".repeat(40),
);
const text = fc.oneof(
  hostile,
  fc.string({ maxLength: 40, unit: "binary" }),
  fc.constantFrom("s1", "h1", "1", "newest"),
);
const segment = fc.oneof(
  fc.constantFrom("api", "sessions", "s1", "transcript", "events", "hosts", "live", "tokens"),
  text,
);
const path = fc
  .array(segment, { maxLength: 6 })
  .map((parts) => `/${parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/")}`);
const name = fc.oneof(fc.constantFrom("limit", "cursor", "search", "after", "order", "older", "host"), text);
const query = fc
  .array(fc.tuple(name, text), { maxLength: 4 })
  .map((pairs) =>
    new URLSearchParams(
      pairs.map(([key, value]): [string, string] => [key.toWellFormed(), value.toWellFormed()]),
    ).toString(),
  );
const body = fc.oneof(
  fc.json(),
  fc.string({ maxLength: 60 }),
  fc.constantFrom("{}", '{"type":"host.add"}', "[".repeat(5_000)),
);
const headerText = fc.string({ maxLength: 30, unit: "grapheme-ascii" });
const authorization = fc.oneof(
  { weight: 8, arbitrary: fc.constant(`Bearer ${admin.bearer}`) },
  { weight: 1, arbitrary: headerText },
);
const headers = fc.record({
  authorization,
  "content-type": fc.oneof(fc.constant("application/json"), headerText),
  "x-anything": headerText,
});
const request = fc.record({
  path,
  query,
  headers,
  body,
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD"),
});

test(
  `X1-057: ${RUNS} hostile requests are answered, never with a defect, and every no is a problem`,
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ path, query, headers, body, method }) => {
        const hasBody = method !== "GET" && method !== "HEAD";
        const response = await app.request(`${path}?${query}`, { method, headers, ...(hasBody && { body }) });
        expect(response.status === 503 || response.status < 500).toBe(true);
        if (response.status < 400 || method === "HEAD") return;
        const problem = Problem.parse(await response.json());
        expect(problem.status).toBe(response.status);
        expect(JSON.stringify(problem)).not.toContain(admin.bearer);
      }),
      { numRuns: RUNS },
    );
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  },
);
