/** A scene: a scripted model, a Codex home, a real app-server on a unix socket, and a folder to work in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Connection, loadedThreadIds, type UnixTarget } from "@claw/codex-rpc";
import {
  type CodexHome,
  type CodexServer,
  type CodexTui,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startCodexTui,
  startFakeModel,
} from "@claw/testkit";
import { Effect, Exit, Scope } from "effect";
import { until } from "./until.ts";

export interface Scene {
  readonly model: FakeModel;
  readonly home: CodexHome;
  readonly server: () => CodexServer;
  readonly target: UnixTarget;
  readonly workspace: string;
  /** `main=unix://…`, for CLAW_ENDPOINTS. */
  readonly endpoints: string;
  /** A terminal that is ready to be typed at. */
  readonly tui: (args?: readonly string[]) => Promise<CodexTui>;
  /** A terminal that was attached to a thread that is there. */
  readonly attach: (threadId: string) => Promise<CodexTui>;
  /** A second client of the app-server, open until the scene ends. */
  readonly connect: () => Promise<Connection>;
  readonly restartServer: (signal?: "SIGTERM" | "SIGKILL") => Promise<void>;
  readonly end: () => Promise<void>;
}

export async function makeScene(): Promise<Scene> {
  const workspace = mkdtempSync(join(tmpdir(), "claw-work-"));
  makeRepo(workspace);
  const model = await startFakeModel();
  const home = await makeCodexHome({ modelUrl: model.url, trustedProjects: [workspace] });
  const target: UnixTarget = { kind: "unix", path: join(home.path, "codex.sock") };
  let server = await startCodexServer({ home, listen: "unix" });
  const scope = Effect.runSync(Scope.make());
  const tuis: CodexTui[] = [];
  return {
    model,
    home,
    server: () => server,
    target,
    workspace,
    endpoints: `main=unix://${target.path}`,
    tui: async (args = []) => {
      const tui = await startCodexTui({ home, target, cwd: workspace, args });
      tuis.push(tui);
      await tui.waitFor("Ask Codex");
      await until("the terminal has its thread", async () => (await threadsOf(scope, target)) >= tuis.length);
      return tui;
    },
    attach: async (threadId) => {
      const tui = await startCodexTui({ home, target, cwd: workspace, args: ["resume", threadId] });
      tuis.push(tui);
      return tui;
    },
    connect: () => open(scope, target),
    restartServer: async (signal) => {
      await server.stop(signal);
      server = await startCodexServer({ home, listen: "unix" });
    },
    end: async () => {
      await Promise.all(tuis.map((tui) => tui.close()));
      await Effect.runPromise(Scope.close(scope, Exit.void));
      await server.stop();
      await model.close();
      await home.remove();
      rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const open = (scope: Scope.Scope, target: UnixTarget): Promise<Connection> =>
  Effect.runPromise(
    connect(target, { clientInfo: { name: "second-client", title: null, version: "0" } }).pipe(
      Scope.provide(scope),
    ),
  );

/** How many threads people have open. Keys that are pressed before a terminal has one are kept, but its Enter is not. */
async function threadsOf(scope: Scope.Scope, target: UnixTarget): Promise<number> {
  const connection = await open(scope, target);
  return (await Effect.runPromise(loadedThreadIds(connection))).length;
}

/** A git repository by its files: a branch and an origin, as the session's row shall show them. */
function makeRepo(folder: string): void {
  mkdirSync(join(folder, ".git", "objects"), { recursive: true });
  mkdirSync(join(folder, ".git", "refs", "heads"), { recursive: true });
  writeFileSync(join(folder, ".git", "HEAD"), "ref: refs/heads/feature/example\n");
  writeFileSync(
    join(folder, ".git", "config"),
    '[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://git.example/owner/repo.git\n',
  );
}
