import { describe, expect, it } from "@effect/vitest";
import { CodexFault, connect, parseTarget } from "@claw/codex-rpc";
import { Effect, Result } from "effect";
import fc from "fast-check";
import { clientInfo } from "./support.ts";

const parse = (text: string, env = {}) => Result.getOrThrow(parseTarget(text, env));

describe("parseTarget", () => {
  it("S1-125: reads unix sockets, the default one under CODEX_HOME", () => {
    expect(parse("unix:///run/codex.sock")).toEqual({ kind: "unix", path: "/run/codex.sock" });
    const path = "/home/a/.codex/app-server-control/app-server-control.sock";
    expect(parse("unix://", { HOME: "/home/a" })).toEqual({ kind: "unix", path });
    expect(parse("unix://", { CODEX_HOME: "/c" })).toMatchObject({
      path: "/c/app-server-control/app-server-control.sock",
    });
  });

  it("S1-139 S1-140: reads WebSockets and commands", () => {
    expect(parse("ws://127.0.0.1:4500")).toEqual({ kind: "websocket", url: "ws://127.0.0.1:4500" });
    expect(parse("wss://host/rpc")).toEqual({ kind: "websocket", url: "wss://host/rpc" });
    expect(parse("stdio:codex app-server")).toEqual({
      kind: "stdio",
      command: "codex",
      args: ["app-server"],
    });
  });

  it.each([
    "",
    "unix://relative",
    "http://host",
    "ws://",
    "ws://u:p@host",
    "wss://host/?token=x",
    "stdio:",
    "stdio:a 'b c'",
    "unix:///a\0b",
  ])("refuses %j", (text) => {
    expect(Result.isFailure(parseTarget(text))).toBe(true);
  });

  it("is total, and its fault never repeats the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseTarget(`ws://user:${text}@host`);
        if (Result.isFailure(parsed)) expect(parsed.failure).toBeInstanceOf(CodexFault);
      }),
    );
  });
});

describe("exposure", () => {
  const refused = (target: Parameters<typeof connect>[0]) =>
    Effect.flip(Effect.scoped(connect(target, { clientInfo })));

  it.live(
    "S1-116 S1-126: beyond loopback there is no connection in the clear, and none without a token",
    () =>
      Effect.gen(function* () {
        const clear = yield* refused({ kind: "websocket", url: "ws://192.0.2.1:1", bearer: () => "t" });
        expect(clear).toMatchObject({ code: "bad_target", retry: "never" });
        expect(yield* refused({ kind: "websocket", url: "wss://192.0.2.1:1" })).toMatchObject({
          code: "bearer_missing",
        });
      }),
  );

  it.live("a token provider that fails, or gives a header of its own, is refused", () =>
    Effect.gen(function* () {
      const url = "ws://127.0.0.1:1";
      const failing = () => Promise.reject(new Error("with a secret"));
      const thrown = yield* refused({ kind: "websocket", url, bearer: failing });
      expect(thrown).toMatchObject({ code: "bearer_missing" });
      expect(thrown.message).not.toContain("secret");
      const smuggled = yield* refused({ kind: "websocket", url, bearer: () => "a\r\nx: y" });
      expect(smuggled.code).toBe("bearer_missing");
    }),
  );
});
