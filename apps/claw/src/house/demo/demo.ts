/** `claw demo`: real Codex sessions at work, with a scripted model and no account, under a house of their own. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@claw/codex-rpc";
import { EXIT, Stopped, VERSION } from "@claw/runtime";
import { type CodexHome, fakeModel, findCodexBinary, makeCodexHome, startCodexServer } from "@claw/testkit";
import { Effect, type Scope } from "effect";
import { targetOf } from "../../client/target.ts";
import { adminTokenFile } from "../credentials.ts";
import { openHouse } from "../house.ts";
import { holdPidFile } from "../up.ts";
import { sendOnErrand } from "./errand.ts";
import { makeRepo } from "./repos.ts";
import { putToWork } from "./sessions.ts";
import { errand, scriptOf, stories } from "./work.ts";

const CLIENT = { name: "claw-demo", title: "Claw demo", version: VERSION };

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
      const endpoint = `demo=unix://${join(home.path, "codex.sock")}`;
      process.env["CLAW_ENDPOINTS"] = endpoint;
      process.env["CLAW_WORKSPACE_ROOTS"] = join(root, "work");
      const workspace = makeRepo(join(root, "work"), errand);
      const house = yield* openHouse({ connector: true });
      yield* holdPidFile(house);
      say(`The house is up at ${house.gateway.url}; putting ${stories.length} sessions to work …`);
      yield* putToWork(join(root, "work"), connect(server.target, { clientInfo: CLIENT })).pipe(Effect.orDie);
      const tokenFile = adminTokenFile(house.dataDir);
      const target = targetOf({ CLAW_URL: house.gateway.url, CLAW_TOKEN_FILE: tokenFile });
      yield* Effect.forkScoped(sendOnErrand(target, workspace));
      say(invitation(house.gateway.url, tokenFile, endpoint));
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
      makeCodexHome({
        modelUrl,
        trustedProjects: [...stories, errand].map(({ name }) => join(root, "work", name)),
      }),
    ),
    (home) => Effect.promise(home.remove),
  );

const appServer = (home: CodexHome) =>
  Effect.acquireRelease(
    Effect.promise(() => startCodexServer({ home, listen: "unix" })),
    (server) => Effect.promise(() => server.stop("SIGKILL")),
  );

const invitation = (url: string, tokenFile: string, endpoint: string): string => `
${stories.length} real Codex sessions are at work, and one that the supervisor spawns reports how far it is. In another terminal:

  export CLAW_URL=${url} CLAW_TOKEN_FILE=${tokenFile} CLAW_ENDPOINTS=${endpoint}
  npx claw login               a link that opens all of it in a browser
  npx claw get sessions        what each one does now
  npx claw watch               every change as it happens
  npx claw transcript <id>     what was said
  npx claw send <id> "Stop after this, and sum up."
  npx claw interrupt <id>      its turn ends; the demo asks for the next one
  npx claw attach <id>         the TUI of Codex on it, in the middle of its turn too
  npx claw get approvals       one of them asks before it runs a command
  npx claw approve <id>        it may; \`claw deny <id> --reason "…"\` says no, and the model learns why

Their people go on typing: what they say ends leases on their sessions, and keeps Claws from writing there.
Ctrl-C ends the demo and removes it all.
`;
