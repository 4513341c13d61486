import { type FakeAppServerOptions, fakeStdioTarget, startFakeAppServer } from "@claw/testkit";
import { Effect } from "effect";
import { appServerSuite } from "./app-server.suite.ts";

const server = (options: FakeAppServerOptions) =>
  Effect.acquireRelease(
    Effect.promise(() => startFakeAppServer(options)),
    (fake) => Effect.promise(fake.stop),
  ).pipe(Effect.map(({ target }) => target));

appServerSuite("S1-125 S1-144: the fake app-server on a unix socket", {
  isShared: true,
  open: server({ listen: "unix" }),
});
appServerSuite("S1-126 S1-140 S1-144: the fake app-server on a WebSocket with a bearer token", {
  isShared: true,
  open: server({ listen: "websocket", bearer: "fake-token" }),
});
appServerSuite("S1-139 S1-144: the fake app-server on stdin and stdout", {
  isShared: false,
  open: Effect.sync(() => fakeStdioTarget()),
});
