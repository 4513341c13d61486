/** The real Codex calls the supervisor: with the key of its thread, in a turn that the call names, and with answers that its model gets (S1-010, S1-064, S1-182). */
import { connect, type Inbound, startThread, startTurn } from "@claw/codex-rpc";
import { fakeModel, makeCodexHome, makeMailbox, startCodexServer } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Stream } from "effect";
import { accepted, mcpHouse, session, startMcp } from "./mcp-house.ts";

const SERVER = "openclaw-codex-supervisor";
const NAMESPACE = `mcp__${SERVER.replaceAll("-", "_")}`;

/** A fake model, a real app-server, and a gateway. */
const scene = Effect.gen(function* () {
  const model = yield* fakeModel();
  const home = yield* Effect.acquireRelease(
    Effect.promise(() => makeCodexHome({ modelUrl: model.url })),
    ({ remove }) => Effect.promise(remove),
  );
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => startCodexServer({ home, listen: "unix" })),
    ({ stop }) => Effect.promise(() => stop("SIGKILL")),
  );
  const house = mcpHouse(() => accepted({ entryId: null, position: null } as object));
  const gateway = yield* Effect.acquireRelease(
    Effect.promise(() => startMcp(house)),
    ({ stop }) => Effect.promise(stop),
  );
  const connection = yield* connect(server.target, {
    clientInfo: { name: "claw-test", title: "Claw test", version: "0.0.1" },
  });
  const inbox = makeMailbox<Inbound>();
  yield* connection.inbox.pipe(
    Stream.runForEach((inbound) => Effect.sync(() => inbox.put(inbound))),
    Effect.ignore,
    Effect.forkScoped,
  );
  return { model, house, gateway, connection, inbox, home };
});

interface ToolItem {
  readonly type: string;
  readonly tool?: string;
  readonly status?: string;
  readonly result?: { readonly structuredContent?: Record<string, never> } | null;
}

const isToolEnd = (inbound: Inbound): inbound is Inbound & { readonly params: { readonly item: ToolItem } } =>
  inbound.kind === "notification" &&
  inbound.method === "item/completed" &&
  (inbound as { readonly params: { readonly item: ToolItem } }).params.item.type === "mcpToolCall";

describe("the real Codex", () => {
  it.live(
    "S1-010, S1-064, S1-182 lists its peers and reports progress, as the session that its key names",
    () =>
      Effect.gen(function* () {
        const { model, house, gateway, connection, inbox, home } = yield* scene;
        const key = house.key(null);
        const { id: threadId } = yield* startThread(connection, {
          sandbox: "read-only",
          approvalPolicy: "never",
          cwd: home.path,
          config: {
            mcp_servers: {
              [SERVER]: {
                url: `${gateway.url}/mcp`,
                http_headers: { Authorization: `Bearer ${key.bearer}` },
                required: true,
                default_tools_approval_mode: "approve",
              },
            },
          },
        });
        house.commit([["sessions", threadId, session(threadId)]]);
        const unbound = house.keys.get(key.keyId);
        if (unbound === undefined) throw new Error("no key");
        house.keys.set(key.keyId, { ...unbound, boundTo: threadId as never });

        const call = (tool: string, args: object) =>
          Effect.gen(function* () {
            const { id: turnId } = yield* startTurn(connection, {
              threadId,
              text: `CALL ${NAMESPACE} ${tool} ${JSON.stringify(args)}`,
            });
            const ended = yield* Effect.promise(() => inbox.take((inbound) => isToolEnd(inbound)));
            if (!isToolEnd(ended)) throw new Error("no tool");
            yield* Effect.promise(() =>
              inbox.take((inbound) => inbound.kind === "notification" && inbound.method === "turn/completed"),
            );
            return { turnId, item: ended.params.item };
          });

        const listed = yield* call("codex_sessions_list", {});
        expect(listed.item).toMatchObject({
          tool: "codex_sessions_list",
          status: "completed",
          result: { structuredContent: { data: { sessions: expect.any(Array) } } },
        });
        const offered = JSON.stringify(model.requests[0]?.body.tools);
        for (const tool of ["codex_session_send", "claw_report_progress", "codex_spawn"])
          expect(offered).toContain(tool);

        const reported = yield* call("claw_report_progress", {
          state: "working",
          text: "on it",
          percent: 10,
        });
        expect(reported.item).toMatchObject({ status: "completed" });
        expect(house.asked).toMatchObject([
          [
            { type: "progress.report", state: "working", text: "on it", percent: 10 },
            { kind: "session", name: threadId, role: "session" },
            { via: { sessionId: threadId, turnId: reported.turnId } },
          ],
        ]);

        const closed = yield* call("codex_session_read", {
          session_id: "01a1faf2-c227-76a1-8af9-b956bcb096d4",
        });
        expect(closed.item).toMatchObject({
          status: "failed",
          result: { structuredContent: { error: { code: "not_enabled" } } },
        });
      }),
  );
});
