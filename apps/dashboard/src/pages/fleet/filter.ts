/**
 * What is typed into the filter (EXPERIENCE §4.1): words that a row has to have, `!word` that it must not, `owner:mara` of one field, `-f wrd` letters in their order.
 * Pure; a field that there is none of is a word like any other.
 */
import type { FleetRow } from "./rows.ts";

type Test = (row: FleetRow) => boolean;

const FIELDS: Readonly<Record<string, (row: FleetRow) => readonly (string | null)[]>> = {
  owner: ({ fleet }) => [fleet.owner],
  host: ({ host, fleet }) => [host, fleet.hostId],
  repo: ({ fleet }) => [fleet.repo],
  branch: ({ fleet }) => [fleet.branch],
  state: ({ fleet }) => [fleet.status],
  runtime: ({ fleet }) => [fleet.runtime],
  group: ({ session }) => [session?.group ?? null],
  needs: ({ fleet }) => fleet.attention,
  writer: ({ fleet }) => [fleet.writer],
};

/** A row's words, in lower case. */
const textOf = ({ id, title, host, fleet, session }: FleetRow): string =>
  [
    title,
    id,
    fleet.repo,
    fleet.branch,
    fleet.owner,
    host,
    fleet.runtime,
    fleet.status,
    fleet.writer,
    session?.group,
  ]
    .concat(fleet.attention)
    .filter((word) => word !== null && word !== undefined)
    .join("\n")
    .toLowerCase();

/** Whether a row passes. */
export function filterFor(typed: string): Test {
  const tests = testsIn(
    typed
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ""),
  );
  return (row) => tests.every((test) => test(row));
}

function testsIn(words: readonly string[]): readonly Test[] {
  const tests: Test[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const next = words[index + 1];
    if (word === "-f" && next !== undefined) {
      tests.push((row) => hasInOrder(textOf(row), next));
      index += 1;
    } else tests.push(testFor(word));
  }
  return tests;
}

function testFor(word: string): Test {
  if (word.startsWith("!") && word.length > 1) {
    const test = testFor(word.slice(1));
    return (row) => !test(row);
  }
  const [field = "", ...rest] = word.split(":");
  const value = rest.join(":");
  const read = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (read !== undefined && value !== "")
    return (row) => read(row).some((held) => held !== null && held.toLowerCase().includes(value));
  return (row) => textOf(row).includes(word);
}

/** Whether `letters` come in `text` one after another, whatever stands between. */
function hasInOrder(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
