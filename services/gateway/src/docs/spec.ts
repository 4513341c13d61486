/** The fleet's specification as it is built: one Markdown file, served as it is and as HTML made of it (F1-017, F1-018). Read once; open to everybody. */
import { readFileSync } from "node:fs";
import { htmlOf } from "./markdown.ts";

const FILE = new URL("../../../../docs/look-up/fleet-spec-v2.md", import.meta.url);

let markdown: string | null = null;
let html: string | null = null;

/** The file, letter by letter. */
export const specMarkdown = (): string => (markdown ??= readFileSync(FILE, "utf8"));

/** A page without script or style: the door's content policy lets it have neither. */
export const specHtml = (): string =>
  (html ??= `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${titleOf(specMarkdown())}</title></head>
<body>
<main>
${htmlOf(specMarkdown())}
</main>
<p><a href="/docs/spec-v2.md">The same as Markdown</a> · <a href="/">The fleet</a></p>
</body>
</html>
`);

const titleOf = (text: string): string =>
  (/^# (.+)$/m.exec(text)?.[1] ?? "The fleet").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
