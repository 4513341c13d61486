/** `claw demo`: real Codex sessions at work, with a scripted model and no account, under a house of their own. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@claw/codex-rpc";
import { EXIT, Stopped } from "@claw/runtime";
import { type CodexHome, fakeModel, findCodexBinary, makeCodexHome, startCodexServer } from "@claw/testkit";
import { Effect, type Scope } from "effect";
import { adminTokenFile } from "../credentials.ts";
import { openHouse } from "../house.ts";
import { holdPidFile } from "../up.ts";
import { putToWork } from "./sessions.ts";
import { scriptOf, stories } from "./work.ts";

const CLIENT = { name: "claw-demo", title: "Claw demo", version: "0.1.0" };

/** Runs until interrupted, then takes away everything that it made. */
export const demo = (): Effect.Effect<never, Stopped> =>
  Effect.scoped(
    Effect.gen(function* () {
      const binary = findCodexBinary();
      if ("cure" in binary)
        return yield* Effect.fail(
          new Stopped({ sentence: `The demo needs Codex: ${binary.cure}.`, exitCode: EXIT.fault }),
        );
      const root = yield* folder;
      say(
        "Starting the real Codex app-server with a scripted model; no account, nothing leaves this machine …",
      );
      const model = yield* fakeModel(scriptOf);
      const home = yield* codexHome(model.url, root);
      const server = yield* appServer(home);
      process.env["CLAW_DATA_DIR"] = join(root, "data");
      process.env["CLAW_HTTP_PORT"] ??= "0";
      process.env["CLAW_ENDPOINTS"] = `demo=unix://${join(home.path, "codex.sock")}`;
      const house = yield* openHouse({ connector: true });
      yield* holdPidFile(house);
      say(`The house is up at ${house.gateway.url}; putting ${stories.length} sessions to work …`);
      yield* putToWork(join(root, "work"), connect(server.target, { clientInfo: CLIENT })).pipe(Effect.orDie);
      say(invitation(house.gateway.url, adminTokenFile(house.dataDir)));
      return yield* house.ended;
    }),
  );

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const root = mkdtempSync(join(tmpdir(), "claw-demo-"));
    mkdirSync(join(root, "work"));
    return root;
  }),
  (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 })),
);

const codexHome = (modelUrl: string, root: string): Effect.Effect<CodexHome, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() =>
      makeCodexHome({ modelUrl, trustedProjects: stories.map((story) => join(root, "work", story.name)) }),
    ),
    (home) => Effect.promise(home.remove),
  );

const appServer = (home: CodexHome) =>
  Effect.acquireRelease(
    Effect.promise(() => startCodexServer({ home, listen: "unix" })),
    (server) => Effect.promise(() => server.stop("SIGKILL")),
  );

const invitation = (url: string, tokenFile: string): string => `
${stories.length} real Codex sessions are at work. In another terminal:

  export CLAW_URL=${url} CLAW_TOKEN_FILE=${tokenFile}
  npx claw get sessions        what each one does now
  npx claw watch               every change as it happens
  npx claw transcript <id>     what was said

One of them will wait for an approval; this version shows that, and answers nothing. Ctrl-C ends the demo and removes it all.
`;
