/** What a terminal shows at this moment: enough of a VT100 for Codex's own drawing (colours and modes are ignored). */
export interface Screen {
  /** Takes what a program writes, cut anywhere. */
  readonly write: (bytes: string) => void;
  /** The rows as they stand, without blanks at their ends. */
  readonly text: () => string;
}

interface State {
  readonly columns: number;
  readonly rows: number;
  lines: string[][];
  row: number;
  column: number;
  saved: { readonly row: number; readonly column: number };
  /** Rows that scroll, both included. */
  top: number;
  bottom: number;
  /** The beginning of a sequence whose end has not come yet. */
  rest: string;
}

const ESCAPE = "\u001b";
/** One thing that a program says: a CSI, an OSC, another escape, or a letter. */
const NEXT = new RegExp(
  `${ESCAPE}\\[([0-?]*)[ -/]*([@-~])|${ESCAPE}\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)|${ESCAPE}[ -/]*([0-Z\\\\^-~])|([^${ESCAPE}])`,
  "uy",
);

export function makeScreen(columns: number, rows: number): Screen {
  const home = { row: 0, column: 0 };
  const state: State = {
    columns,
    rows,
    lines: Array.from({ length: rows }, () => blank(columns)),
    ...home,
    saved: home,
    top: 0,
    bottom: rows - 1,
    rest: "",
  };
  return {
    write: (bytes) => write(state, bytes),
    text: () => state.lines.map((line) => line.join("").trimEnd()).join("\n"),
  };
}

const blank = (columns: number): string[] => Array.from({ length: columns }, () => " ");

function write(state: State, bytes: string): void {
  const text = state.rest + bytes;
  let at = 0;
  for (NEXT.lastIndex = 0; at < text.length; at = NEXT.lastIndex) {
    NEXT.lastIndex = at;
    const found = NEXT.exec(text);
    if (found === null) break;
    const [, params = "", final, escape, letter] = found;
    const { lastIndex } = NEXT;
    if (final !== undefined) control(state, final, params);
    else if (escape !== undefined) escaped(state, escape);
    else if (letter !== undefined) put(state, letter);
    NEXT.lastIndex = lastIndex;
  }
  state.rest = text.slice(at);
}

function put(state: State, letter: string): void {
  if (letter === "\r") state.column = 0;
  else if (letter === "\n") down(state);
  else if (letter === "\b") state.column = Math.max(0, state.column - 1);
  else if (letter >= " ") {
    if (state.column >= state.columns) {
      state.column = 0;
      down(state);
    }
    (state.lines[state.row] as string[])[state.column] = letter;
    state.column += 1;
  }
}

function escaped(state: State, final: string): void {
  if (final === "7") state.saved = { row: state.row, column: state.column };
  else if (final === "8") Object.assign(state, state.saved);
  else if (final === "D") down(state);
  else if (final === "M" && state.row === state.top) scroll(state, -1);
  else if (final === "M") state.row = Math.max(0, state.row - 1);
}

function control(state: State, final: string, params: string): void {
  // Modes and questions, which nobody sees.
  if (/[<=>?]/.test(params)) return;
  const [first = 0, second = 0] = params.split(";").map(Number);
  const count = first || 1;
  const move = (row: number, column: number): void => {
    state.row = Math.min(Math.max(row, 0), state.rows - 1);
    state.column = Math.min(Math.max(column, 0), state.columns - 1);
  };
  const { row, column } = state;
  if (final === "H" || final === "f") move(count - 1, (second || 1) - 1);
  else if (final === "A") move(row - count, column);
  else if (final === "B") move(row + count, column);
  else if (final === "C") move(row, column + count);
  else if (final === "D") move(row, column - count);
  else if (final === "G") move(row, count - 1);
  else if (final === "d") move(count - 1, column);
  else if (final === "J") erase(state, first);
  else if (final === "K") eraseInLine(state, first);
  else if (final === "X") fill(state, row, column, column + count);
  else if (final === "S") scroll(state, count);
  else if (final === "T") scroll(state, -count);
  else if (final === "r") {
    state.top = count - 1;
    state.bottom = (second || state.rows) - 1;
    move(0, 0);
  }
}

function down(state: State): void {
  if (state.row === state.bottom) scroll(state, 1);
  else state.row = Math.min(state.row + 1, state.rows - 1);
}

/** Moves the rows of the region up, or down where `count` is negative. */
function scroll(state: State, count: number): void {
  const { top, bottom, columns } = state;
  const region = state.lines.slice(top, bottom + 1);
  const moved = region.map((_, index) => region[index + count] ?? blank(columns));
  state.lines.splice(top, moved.length, ...moved);
}

function fill({ lines, columns }: State, row: number, from: number, to: number): void {
  lines[row]?.fill(" ", from, Math.min(to, columns));
}

function eraseInLine(state: State, what: number): void {
  const { row, column, columns } = state;
  fill(state, row, what === 0 ? column : 0, what === 1 ? column + 1 : columns);
}

function erase(state: State, what: number): void {
  const { row, rows, columns } = state;
  // What has scrolled away is not kept.
  if (what === 3) return;
  if (what !== 2) eraseInLine(state, what);
  const [from, to] = what === 0 ? [row + 1, rows] : [0, what === 1 ? row : rows];
  for (let one = from; one < to; one += 1) fill(state, one, 0, columns);
}
