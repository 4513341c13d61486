/** What callers may not say: control characters, and what hides, in any label or word of a command (DESIGN 12). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Command, controlAt, sha256 } from "../src/index.ts";

const REFUSED = [
  ..."\u0000\u0007\u0008\u000b\u000c\u001b\u001f\u007f\u0080\u009b\u009f",
  ..."\u200b\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069",
  "\u{e0041}",
  "\r",
];
const PLAIN = ["", "a", "two\nlines", "\t", "a\r\nb", "\u00e9\u4e2d \u{1f980}", "\u{1f468}\u200d\u{1f469}"];

const commandId = "c1";
const tokenDigest = sha256("t");
const target = { sessionId: "s1" };
const runtime = {
  type: "runtime.register",
  commandId,
  runtimeId: "r",
  runtime: "container",
  backing: "vnc",
  status: "ready",
};
const egress = {
  type: "egress.register",
  commandId,
  sandboxId: "s",
  allowedHosts: [],
  githubCredentialSource: "none",
  hasGithubToken: false,
  hasGithubRepoNodeId: false,
  hasOpenaiOrg: false,
};
const checkpoint = {
  type: "checkpoint.register",
  commandId,
  target,
  checkpointId: "c",
  kind: "k",
  bytes: 0,
  madeAt: 1_800_000_000_000,
};
/** Every word of a caller in every command, by the field that it stands in. */
const worded: readonly (readonly [field: string, command: (text: string) => object])[] = [
  [
    "name",
    (name) => ({
      type: "token.create",
      commandId,
      tokenId: "t",
      tokenDigest,
      name,
      role: "viewer",
      until: null,
    }),
  ],
  ["reason", (reason) => ({ type: "token.revoke", commandId, tokenId: "t", reason })],
  ["reason", (reason) => ({ type: "quarantine.waive", commandId, position: 1, reason })],
  ["reason", (reason) => ({ type: "ledger.promote", commandId, ledgerId: "l", reason })],
  ["reason", (reason) => ({ type: "log.trim", commandId, before: 2, reason })],
  ["reason", (reason) => ({ type: "host.cordon", commandId, hostId: "h", placement: "open", reason })],
  ["reason", (reason) => ({ type: "host.drain", commandId, hostId: "h", reason })],
  ["reason", (reason) => ({ type: "lease.break", commandId, target, reason })],
  ["reason", (reason) => ({ type: "switch.set", commandId, scope: "global", state: "halted", reason })],
  ["id", (id) => ({ type: "switch.set", commandId, scope: "root", id, state: "halted", reason: "r" })],
  ["reason", (reason) => ({ type: "policy.set", commandId, limit: "hops", value: 1, reason })],
  ["limit", (limit) => ({ type: "policy.set", commandId, limit, value: 1, reason: "r" })],
  ["backing", (backing) => ({ ...runtime, backing })],
  ["branch", (branch) => ({ ...runtime, branch })],
  ["owner", (owner) => ({ ...runtime, owner })],
  ["leaseId", (leaseId) => ({ ...runtime, leaseId })],
  ["sandboxId", (sandboxId) => ({ ...runtime, sandboxId })],
  ["sandboxId", (sandboxId) => ({ ...egress, sandboxId })],
  ["owner", (owner) => ({ ...egress, owner })],
  ["checkpointId", (checkpointId) => ({ ...checkpoint, checkpointId })],
  ["kind", (kind) => ({ ...checkpoint, kind })],
  ["unixUser", (unixUser) => ({ type: "owner.map", commandId, hostId: "h", unixUser, owner: null })],
  ["owner", (owner) => ({ type: "owner.map", commandId, hostId: "h", unixUser: "u", owner })],
  ["reason", (reason) => ({ type: "record.signout", commandId, signInId: "s", reason })],
  ["id", (id) => ({ type: "share.grant", commandId, scope: "owner", id, to: "b", level: null })],
  ["to", (to) => ({ type: "share.grant", commandId, scope: "owner", id: "a", to, level: null })],
  ["reason", (reason) => ({ type: "share.break_glass", commandId, target, reason })],
  ["reason", (reason) => ({ type: "attention.snooze", commandId, key: "waiting/s/q", until: null, reason })],
  ["to", (to) => ({ type: "attention.assign", commandId, key: "waiting/s/q", to })],
];

describe("control characters", () => {
  it.each(worded)("are refused in %s, and the field is named: %s", (field, command) => {
    for (const bad of REFUSED) {
      const read = Command.safeParse(command(`a${bad}b`));
      expect(read.success, JSON.stringify(bad)).toBe(false);
      expect(read.error?.issues[0]?.path, JSON.stringify(bad)).toEqual([field]);
    }
    for (const good of PLAIN) expect(Command.safeParse(command(`a${good}b`)).success).toBe(true);
  });

  it("no other text comes into a command but that of a send, which policy refuses with its own code", () => {
    const texts = (value: unknown): readonly string[] =>
      typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(texts);
    fc.assert(
      fc.property(
        fc.constantFrom(...worded),
        fc.string({ unit: "binary", minLength: 1, maxLength: 9 }),
        ([, command], text) => {
          const read = Command.safeParse(command(text));
          if (read.success)
            expect(
              texts(read.data)
                .map(controlAt)
                .every((at) => at === null),
            ).toBe(true);
        },
      ),
    );
    const send = { type: "session.send", commandId, target, text: "\u001b[2J" };
    expect(Command.safeParse(send).success).toBe(true);
  });

  it("are found where they stand", () => {
    expect(controlAt("ab\u001bc")).toBe(2);
    expect(controlAt("a\rb")).toBe(1);
    for (const good of PLAIN) expect(controlAt(good)).toBeNull();
  });
});
