export { codexBinaryPath, type CodexBinary, findCodexBinary } from "./codex-binary.ts";
export { type CodexHome, type CodexHomeOptions, makeCodexHome } from "./codex-home.ts";
export {
  type CodexServer,
  type CodexServerOptions,
  codexStdioTarget,
  startCodexServer,
} from "./codex-server.ts";
export {
  type FakeAppServer,
  type FakeAppServerOptions,
  fakeCodexVersion,
  fakeStdioTarget,
  startFakeAppServer,
} from "./fake-app-server.ts";
export type { Mischief, MischiefRule } from "./fake/mischief.ts";
export type { HeardCall, HeardFrame } from "./fake/serve.ts";
export type { NewThread } from "./fake/state.ts";
export { type Mailbox, makeMailbox } from "./mailbox.ts";
export { type FakeModel, fakeModel, type ModelRequest, startFakeModel } from "./fake-model.ts";
export { type CodexTui, type CodexTuiOptions, startCodexTui } from "./tui.ts";
