/** What holds for every file of the dashboard, by reading them: the content policy, the tokens, and the words that it shares with the house. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AttentionKind, Lifecycle } from "@claw/events";
import { describe, expect, test } from "vitest";
import { ATTENTION_KINDS, LIFECYCLES } from "../src/api/types/fleet.ts";
import { GLYPHS } from "../src/ui/glyphs.ts";

const ROOT = join(import.meta.dirname, "..");
const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(tsx?|css)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, "src", path), "utf8") }));
const where = (holds: (file: (typeof files)[number]) => boolean): string[] =>
  files.filter(holds).map(({ path }) => path);
const isScript = (path: string): boolean => /\.tsx?$/.test(path);

describe("ADR 0014 the content policy", () => {
  test("there are files to look at", () => expect(files.length).toBeGreaterThan(60));

  test("nothing makes markup of a string, or code", () => {
    const sinks =
      /dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|DOMParser|srcdoc/;
    expect(where(({ text }) => sinks.test(text))).toEqual([]);
  });

  test("no style stands in markup", () => {
    expect(
      where(({ path, text }) => isScript(path) && /\sstyle=|setAttribute\(\s*["']style/.test(text)),
    ).toEqual([]);
  });

  test("the page itself has no script and no style but files of its own", () => {
    const page = readFileSync(join(ROOT, "index.html"), "utf8");
    expect(page).not.toMatch(/\sstyle=|\son\w+=|<style/);
    expect(page.match(/<script(?![^>]*\ssrc="\/)[^>]*>/g)).toBeNull();
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("nobody else is asked for anything: no address but ours", () => {
    expect(where(({ text }) => /["'(]https?:\/\//.test(text))).toEqual([]);
  });
});

test("it never polls: one clock for ages, the renewal of one's own lease, and no query that asks again by time", () => {
  expect(where(({ text }) => text.includes("setInterval(")).toSorted()).toEqual([
    "pages/session/use-lease.ts",
    "state/now.ts",
  ]);
  expect(where(({ text }) => text.includes("refetchInterval"))).toEqual([]);
});

test("colours and durations are tokens", () => {
  const raw = /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i;
  expect(
    where(({ path, text }) => path.endsWith(".css") && !path.endsWith("tokens.css") && raw.test(text)),
  ).toEqual([]);
});

test("every glyph that has a name is drawn, and none is drawn for nothing", () => {
  const page = readFileSync(join(ROOT, "index.html"), "utf8");
  const drawn = [...page.matchAll(/<symbol id="i-([^"]+)"/g)].map(([, name]) => name);
  expect(drawn.toSorted()).toEqual([...GLYPHS].toSorted());
});

test("the words of lifecycle and attention are the house's", () => {
  expect([...LIFECYCLES].toSorted()).toEqual([...Lifecycle.options].toSorted());
  expect([...ATTENTION_KINDS]).toEqual([...AttentionKind.options]);
});
