import { Lifecycle } from "@claw/events";
import { FleetPolicy, FleetSession, FleetState } from "@claw/views";
import { describe, expect, test } from "vitest";
import { htmlOf } from "../src/docs/markdown.ts";
import { specMarkdown } from "../src/docs/spec.ts";
import { houseOnly } from "../src/routes/house-only.ts";
import { openPaths, routes } from "../src/routes/index.ts";
import { privateHouse } from "./private-house.ts";

describe("F1-017, F1-018: the specification as it is built", () => {
  const { app } = privateHouse("fleet");

  test("F1-172, F1-173: is there for everybody, as HTML and as Markdown", async () => {
    const html = await app.request("/docs/spec-v2");
    const markdown = await app.request("/docs/spec-v2.md");
    expect([html.status, html.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect([markdown.status, markdown.headers.get("content-type")]).toEqual([
      200,
      "text/markdown; charset=utf-8",
    ]);
    expect(await markdown.text()).toBe(specMarkdown());
  });

  test("holds the same words in both", async () => {
    const page = await (await app.request("/docs/spec-v2")).text();
    const words = page
      .replace(/<title>.*?<\/title>/, "")
      .replace(/<[^>]+>/g, " ")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
    const plain = specMarkdown()
      .replace(/^\|[\s:|-]+\|$/gm, "")
      .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
      .replace(/[`*|]|^#+ |^- /gm, " ");
    const squeezed = (text: string): string => text.replace(/\s+/g, "");
    expect(squeezed(words)).toContain(squeezed(plain));
  });

  test("its example is a state of the fleet, and every field of one is named", () => {
    const [, example = ""] = /```\n(\{[\s\S]*?\n\})\n```/.exec(specMarkdown()) ?? [];
    expect(FleetState.strict().parse(JSON.parse(example))).toBeDefined();
    const names = new Set([...specMarkdown().matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name));
    const fields = [...Object.keys(FleetSession.shape), ...Object.keys(FleetPolicy.shape)];
    expect([...fields, ...Lifecycle.options].filter((name) => !names.has(name))).toEqual([]);
  });

  test("names no route that there is not, and each route of the fleet", () => {
    const there = new Set([...routes, ...houseOnly].map(({ path }) => path).concat(openPaths));
    const named = new Set(
      [...specMarkdown().matchAll(/`(?:GET )?(\/(?:api|docs)\/[^`]+)`/g)].map(([, path]) => path ?? ""),
    );
    const FLEET = [
      "fleet",
      "state",
      "attention",
      "policies",
      "runtimes",
      "archives",
      "session-control/policies",
    ];
    const known = (path: string) => there.has(path.startsWith("/") ? path : `/docs/spec-v2${path}`);
    expect([...named].filter((path) => !known(path))).toEqual([]);
    expect(FLEET.filter((name) => !named.has(`/api/${name}`))).toEqual([]);
  });
});

describe("Markdown of our own pages", () => {
  test.each([
    ["# A `b` & c", '<h1 id="a-b--c">A <code>b</code> &amp; c</h1>'],
    ["one\ntwo", "<p>one two</p>"],
    ["- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>"],
    ["```\n<b>\n```", "<pre><code>&lt;b&gt;</code></pre>"],
    [
      "| a | b |\n| --- | --- |\n| 1 | `x` |",
      '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td>1</td><td><code>x</code></td></tr></tbody></table>',
    ],
    ["[a](/b) [c](#d)", '<p><a href="/b">a</a> <a href="#d">c</a></p>'],
    ["[a](javascript:x)", "<p>[a](javascript:x)</p>"],
    ["<script>\"'</script>", "<p>&lt;script&gt;&quot;&#39;&lt;/script&gt;</p>"],
  ])("%j", (markdown, html) => expect(htmlOf(markdown)).toBe(html));
});
