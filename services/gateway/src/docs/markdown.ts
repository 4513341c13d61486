/**
 * The Markdown of our own pages as HTML: headings, paragraphs, lists, tables, code, and in lines code, bold and links. Whatever else stands in a page is text: every
 * letter is escaped first, so no page can hold markup. Pure.
 */

/** The body of a page; what it does not know stays text. */
export function htmlOf(markdown: string): string {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const { html, next } = blockAt(lines, at);
    if (html !== "") blocks.push(html);
    at = next;
  }
  return blocks.join("\n");
}

interface Block {
  readonly html: string;
  readonly next: number;
}

const FENCE = "```";
const HEADING = /^(#{1,4}) (.+)$/;
const ITEM = /^- (.+)$/;
const ROW = /^\|(.+)\|$/;
const RULER = /^\|[\s:|-]+\|$/;

const lineAt = (lines: readonly string[], at: number): string => lines[at] ?? "";

function blockAt(lines: readonly string[], at: number): Block {
  const line = lineAt(lines, at);
  if (line.trim() === "") return { html: "", next: at + 1 };
  if (line.startsWith(FENCE)) return codeAt(lines, at);
  const heading = HEADING.exec(line);
  if (heading !== null) return headingAt(heading, at);
  if (ROW.test(line) && RULER.test(lineAt(lines, at + 1))) return tableAt(lines, at);
  if (ITEM.test(line)) return listAt(lines, at);
  return paragraphAt(lines, at);
}

function codeAt(lines: readonly string[], at: number): Block {
  let end = at + 1;
  while (end < lines.length && !lineAt(lines, end).startsWith(FENCE)) end += 1;
  const code = lines
    .slice(at + 1, end)
    .map(escaped)
    .join("\n");
  return { html: `<pre><code>${code}</code></pre>`, next: end + 1 };
}

function headingAt([, marks = "#", text = ""]: RegExpExecArray, at: number): Block {
  const level = marks.length;
  const id = text
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .trim()
    .replaceAll(" ", "-");
  return { html: `<h${level} id="${id}">${inline(text)}</h${level}>`, next: at + 1 };
}

function tableAt(lines: readonly string[], at: number): Block {
  const head = cellsOf(lineAt(lines, at)).map((cell) => `<th scope="col">${inline(cell)}</th>`);
  const rows: string[] = [];
  let next = at + 2;
  for (; ROW.test(lineAt(lines, next)); next += 1) {
    const cells = cellsOf(lineAt(lines, next)).map((cell) => `<td>${inline(cell)}</td>`);
    rows.push(`<tr>${cells.join("")}</tr>`);
  }
  const html = `<table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  return { html, next };
}

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());

function listAt(lines: readonly string[], at: number): Block {
  const items: string[] = [];
  let next = at;
  for (let found = ITEM.exec(lineAt(lines, next)); found !== null; found = ITEM.exec(lineAt(lines, next))) {
    items.push(`<li>${inline(found[1] ?? "")}</li>`);
    next += 1;
  }
  return { html: `<ul>${items.join("")}</ul>`, next };
}

/** Up to an empty line, or to what begins another block. */
function paragraphAt(lines: readonly string[], at: number): Block {
  let next = at + 1;
  while (next < lines.length && !isBegin(lineAt(lines, next))) next += 1;
  return { html: `<p>${inline(lines.slice(at, next).join(" "))}</p>`, next };
}

const isBegin = (line: string): boolean =>
  line.trim() === "" || line.startsWith(FENCE) || HEADING.test(line) || ITEM.test(line) || ROW.test(line);

/** Code goes first: what stands in it is neither bold nor a link. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? `<code>${escaped(part.slice(1, -1))}</code>` : worded(part)))
    .join("");
}

/** Links lead to our own paths, to places in the page, or to https: nothing that a browser would run. */
const worded = (text: string): string =>
  escaped(text)
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\[([^\]]+)\]\(((?:https:\/\/|\/|#)[^\s)"]*)\)/g, '<a href="$2">$1</a>');

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
