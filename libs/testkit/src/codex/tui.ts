import type { IPty } from "@lydell/node-pty";
import { describeTarget, type Target } from "@claw/codex-rpc";
import { codexBinaryPath } from "./codex-binary.ts";
import type { CodexHome } from "./codex-home.ts";
import { makeScreen } from "./screen.ts";

/** A real Codex terminal, driven through a pseudo-terminal. */
export interface CodexTui {
  readonly pid: number;
  /** What it has written since its start, without control sequences; a screen of text, not a picture. */
  readonly screen: () => string;
  /** What stands on its screen at this moment, row by row. */
  readonly view: () => string;
  readonly type: (text: string) => void;
  /** Types a line, waits until it is on the screen, and sends it: Enter right behind a burst of keys counts as part of a paste. */
  readonly say: (line: string) => Promise<void>;
  readonly enter: () => void;
  readonly escape: () => void;
  /** Resolves when the text is there, now or later; fails with the end of the screen after `timeoutMs`. */
  readonly waitFor: (text: string, timeoutMs?: number) => Promise<void>;
  /** Completes with the exit code. */
  readonly exited: Promise<number>;
  /** Ends it by its process id. */
  readonly close: () => Promise<void>;
}

export interface CodexTuiOptions {
  readonly home: CodexHome;
  readonly target: Target;
  /** Trusted by the server's configuration, or the terminal asks first. */
  readonly cwd: string;
  /** What it is told of the server: the target's address by default; `unix://` is the default socket of the home. */
  readonly remote?: string;
  readonly args?: readonly string[];
}

const columns = 110;
const rows = 34;
const keptCharacters = 200_000;
const waitMs = 20_000;

/** Starts `codex --remote` on a server. A bearer token travels in the environment, never in the arguments. */
export async function startCodexTui(options: CodexTuiOptions): Promise<CodexTui> {
  const { home, target, cwd, remote = describeTarget(target), args = [] } = options;
  const token = target.kind === "websocket" && target.bearer ? await target.bearer() : null;
  const auth = token === null ? [] : ["--remote-auth-token-env", "CLAW_TUI_TOKEN"];
  // Native code is loaded only by those who drive a terminal.
  const { spawn } = await import("@lydell/node-pty");
  const terminal = spawn(
    codexBinaryPath(),
    ["--remote", remote, ...auth, "--no-alt-screen", "-C", cwd, ...args],
    {
      cols: columns,
      rows,
      cwd,
      env: { ...home.env, ...(token !== null && { CLAW_TUI_TOKEN: token }) },
    },
  );
  return control(terminal);
}

function control(terminal: IPty): CodexTui {
  const watchers = new Set<() => void>();
  const picture = makeScreen(columns, rows);
  let raw = "";
  terminal.onData((data) => {
    raw = (raw + data).slice(-keptCharacters);
    picture.write(data);
    answerQueries(terminal, data);
    for (const watcher of watchers) watcher();
  });
  const exited = new Promise<number>((resolve) => void terminal.onExit(({ exitCode }) => resolve(exitCode)));
  const screen = () => plainText(raw);
  const waitFor: CodexTui["waitFor"] = (text, timeoutMs = waitMs) =>
    new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        watchers.delete(look);
        clearTimeout(late);
        settle();
      };
      const late = setTimeout(
        () => done(() => reject(new Error(`no "${text}" on the screen: ${screen().slice(-2_000)}`))),
        timeoutMs,
      );
      const look = () => {
        if (squeeze(screen()).includes(squeeze(text))) done(resolve);
      };
      watchers.add(look);
      look();
    });
  return {
    pid: terminal.pid,
    screen,
    view: picture.text,
    type: (text) => terminal.write(text),
    say: async (line) => {
      terminal.write(line);
      await waitFor(line);
      terminal.write("\r");
    },
    enter: () => terminal.write("\r"),
    escape: () => terminal.write("\u001b"),
    waitFor,
    exited,
    close: async () => {
      const lastWord = setTimeout(() => terminal.kill("SIGKILL"), 3_000);
      terminal.kill("SIGTERM");
      await exited;
      clearTimeout(lastWord);
    },
  };
}

/** A terminal program asks where the cursor is and what it talks to, and waits for the answer. */
function answerQueries(terminal: IPty, data: string): void {
  if (data.includes("\u001b[6n")) terminal.write("\u001b[1;1R");
  if (data.includes("\u001b[c")) terminal.write("\u001b[?62c");
}

/** Words may be placed by cursor movement instead of blanks, so texts are compared without any. */
function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

/** Leaves out control sequences (CSI, OSC and single escapes) and keeps what a reader sees. */
function plainText(raw: string): string {
  const escape = "\u001b";
  const sequences = new RegExp(
    `${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${escape}]*(?:\\u0007|${escape}\\\\)|[ -/]*[0-~])`,
    "g",
  );
  return raw.replaceAll(sequences, "").replaceAll("\r", "");
}
