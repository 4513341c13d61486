import { codexStdioTarget, fakeModel, makeCodexHome, startCodexServer } from "@claw/testkit";
import { Effect } from "effect";
import { appServerSuite } from "./app-server.suite.ts";

const home = Effect.flatMap(fakeModel(), (model) =>
  Effect.acquireRelease(
    Effect.promise(() => makeCodexHome({ modelUrl: model.url })),
    ({ remove }) => Effect.promise(remove),
  ),
);

const server = (options: { readonly listen: "unix" | "websocket"; readonly bearer?: string }) =>
  Effect.flatMap(home, (codexHome) =>
    Effect.acquireRelease(
      Effect.promise(() => startCodexServer({ home: codexHome, ...options })),
      ({ stop }) => Effect.promise(() => stop("SIGKILL")),
    ),
  ).pipe(Effect.map(({ target }) => target));

appServerSuite("S1-125 S1-145: the real app-server on a unix socket", {
  isShared: true,
  open: server({ listen: "unix" }),
});
appServerSuite("S1-126 S1-140 S1-145: the real app-server on a WebSocket with a bearer token", {
  isShared: true,
  open: server({ listen: "websocket", bearer: "a-capability-token" }),
});
appServerSuite("S1-139 S1-145: the real app-server on stdin and stdout", {
  isShared: false,
  open: Effect.map(home, codexStdioTarget),
});
