/** `claw attach`: which command reaches a session, and what is said where none does. */
import { execFileSync } from "node:child_process";
import { hostname } from "node:os";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { type Here, type Seen, wayTo } from "../src/attach/way.ts";
import { shellLine } from "../src/render/shell.ts";
import { against, closeAll, list } from "./against.ts";
import { type Answer, problem } from "./stub-house.ts";

afterEach(closeAll);

const seen: Seen = {
  sessionId: "0199-a",
  hostId: "build-1",
  hostname: "build-1.example.org",
  endpointId: "main",
  closed: null,
  codexVersion: "0.169.0",
  reason: null,
  detail: null,
};
const here: Here = {
  hostId: "build-1",
  hostname: "build-1",
  endpoints: null,
  hasCodexHome: false,
  codex: "codex",
  ssh: null,
};
const line = (one: Partial<Seen>, other: Partial<Here> = {}): string => {
  const way = wayTo({ ...seen, ...one }, { ...here, ...other });
  return way.type === "way" ? shellLine(way.argv) : `${way.exitCode}: ${way.why}`;
};

describe("N1-021 S1-111 S1-112 the way to a session", () => {
  test("on this machine: the default socket, or the one that CLAW_ENDPOINTS names", () => {
    expect(line({})).toBe("codex --remote unix:// resume 0199-a");
    const unix = new Map([["main", { kind: "unix", path: "/run/my codex.sock" } as const]]);
    expect(line({}, { endpoints: unix })).toBe("codex --remote 'unix:///run/my codex.sock' resume 0199-a");
    const tcp = new Map([["main", { kind: "websocket", url: "ws://127.0.0.1:4500" } as const]]);
    expect(line({}, { endpoints: tcp, codex: "/opt/codex" })).toBe(
      "/opt/codex --remote ws://127.0.0.1:4500 resume 0199-a",
    );
  });

  test("what this machine knows better than the house is tried: where the socket is, and whether it is there", () => {
    const endpoints = new Map([["main", { kind: "unix", path: "/run/codex.sock" } as const]]);
    for (const reason of ["not_default", "endpoint_down", "endpoint_unknown"])
      expect(line({ reason, detail: "No." }, { endpoints })).toMatch(/^codex --remote unix:\/\/\/run/);
    for (const reason of ["endpoint_down", "endpoint_unknown"])
      expect(line({ reason, detail: "No." })).toBe("codex --remote unix:// resume 0199-a");
  });

  test("W-42 where the house knows that the default socket is not it, that one is not tried without being told", () => {
    const not = { reason: "not_default", detail: "Elsewhere." };
    expect(line(not)).toMatch(/^4: .*set CLAW_ENDPOINTS here .* main=unix:\/\/\/path/);
    // What codex looks at by itself is another one here than the house means.
    expect(line(not, { hasCodexHome: true })).toBe("codex --remote unix:// resume 0199-a");
  });

  test("of what was never begun, or is not yet, nobody is sent to a transcript", () => {
    expect(line({ reason: "failed", detail: "No." })).toMatch(/^5: No\. \(failed\) `claw describe command`/);
    expect(line({ reason: "no_thread", detail: "No." })).toMatch(/^5: No\. \(no_thread\) Ask again/);
  });

  test("this machine is known by its host id or by its name", () => {
    expect(line({ hostId: "other" }, { hostname: "build-1.example.org" })).toMatch(/^codex /);
    expect(line({ hostId: "other" })).toMatch(/^ssh /);
  });

  test("elsewhere: through ssh, by the host's name or as the caller says", () => {
    const away = { hostId: "build-2", hostname: "build-2" };
    expect(line(away)).toBe("ssh -t build-2 codex --remote unix:// resume 0199-a");
    expect(line({ ...away, hostname: null })).toBe("ssh -t build-2 codex --remote unix:// resume 0199-a");
    expect(line({}, { ssh: "dev@10.0.0.7" })).toBe(
      "ssh -t dev@10.0.0.7 codex --remote unix:// resume 0199-a",
    );
  });

  test.each([
    [{ closed: "archived" }, {}, "5: 0199-a is archived"],
    [{ closed: "deleted" }, {}, "3: 0199-a was deleted"],
    [{ reason: "no_thread", detail: "It has none." }, {}, "5: It has none. (no_thread) Ask again"],
    [{ reason: "codex_version", detail: "Too old." }, {}, "4: Too old. (codex_version)"],
    [{ reason: "own_process", detail: "A child." }, {}, "4: A child."],
    [{ codexVersion: "0.153.4" }, {}, "4: The session runs on Codex 0.153.4"],
    [{}, { endpoints: new Map() }, "4: CLAW_ENDPOINTS does not name the endpoint main"],
    [
      {},
      { endpoints: new Map([["main", { kind: "stdio", command: "codex", args: [] } as const]]) },
      "4: The endpoint main is a child of the connector",
    ],
    [
      { hostId: "b2", hostname: "b2", reason: "not_default", detail: "Elsewhere." },
      {},
      "4: Elsewhere. (not_def",
    ],
    [{ hostId: "b2", hostname: "-oProxyCommand=x" }, {}, "4: The name of the host is none"],
    [{ hostId: "b2", hostname: "root@victim" }, {}, "4: The name of the host is none"],
    [{ sessionId: "a; rm -rf /" }, {}, "1: What the server names is no session"],
  ] as const)("W-42 there is none for %j here %j", (one, other, words) => {
    expect(line(one, other)).toContain(words);
  });

  test.each(["0.169", "0.170.1", "1.0.0", "codex-cli 0.169.0-alpha.1", null])(
    "Codex %s can be attached to",
    (codexVersion) => {
      expect(line({ codexVersion })).toMatch(/^codex /);
    },
  );

  test("DESIGN 14.22 nothing that a host says becomes an option of ssh, or a second command of a shell", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, id) => {
        const way = wayTo({ ...seen, hostId: "x", hostname: name, sessionId: id }, here);
        if (way.type === "none") return;
        expect(way.argv[2]).toMatch(/^[A-Za-z0-9_]/);
        expect(way.argv.join(" ")).toMatch(/^[A-Za-z0-9_.:@/ -]+$/);
      }),
    );
  });
});

test("DESIGN 14.22 a shell reads of a line the very words that it was made of", () => {
  const words = fc.sample(fc.string({ unit: "grapheme-ascii" }), 200);
  const read = execFileSync("bash", ["--norc", "-c", `printf '%s\\0' ${shellLine(words)}`], {
    encoding: "utf8",
  });
  expect(read.split("\0").slice(0, -1)).toEqual(words);
});

const session = (more: object = {}): Answer => ({
  body: {
    session: {
      sessionId: "0199-a",
      hostId: "build-1",
      host: "elsewhere",
      endpointId: "main",
      status: "idle",
      closed: null,
      codexVersion: "0.169.0",
      ...more,
    },
  },
});
const accepted: Answer = {
  body: { commandId: "c", decision: "accepted", outcome: "succeeded", mode: "resume" },
};
const env = { CLAW_HOST_ID: "build-1", CLAW_ENDPOINTS: "main=unix:///run/codex.sock" };

describe("claw attach", () => {
  test("--print writes the command and runs nothing", async () => {
    const { run, calls } = await against(() => session());
    const { out, exitCode } = await run(["attach", "0199-a", "--print"], {}, env);
    expect([exitCode, out]).toEqual([0, "codex --remote unix:///run/codex.sock resume 0199-a\n"]);
    expect(calls.map(({ url }) => url)).toEqual(["/api/sessions/0199-a"]);
    const json = await run(["attach", "0199-a", "-o", "json"], {}, env);
    expect(JSON.parse(json.out)).toMatchObject({
      sessionId: "0199-a",
      place: "here",
      argv: expect.arrayContaining(["codex", "resume"]) as unknown,
    });
  });

  test("without it the terminal is handed over; the exit code is that of what ran", async () => {
    const { run } = await against(() => session());
    const ran: (readonly string[])[] = [];
    const with_ = (code: number | null) => ({
      run: (argv: readonly string[]) => {
        ran.push(argv);
        return code;
      },
    });
    expect((await run(["attach", "0199-a"], with_(0), env)).exitCode).toBe(0);
    expect(await run(["attach", "0199-a"], with_(3), env)).toMatchObject({
      exitCode: 1,
      err: "codex ended with exit code 3.\n",
    });
    expect((await run(["attach", "0199-a"], with_(null), env)).err).toContain("There is no program codex");
    expect(ran[0]).toEqual(["codex", "--remote", "unix:///run/codex.sock", "resume", "0199-a"]);
  });

  test("this machine's own name is as good as its host id", async () => {
    const { run } = await against(() => session({ host: hostname(), hostId: "host-a" }));
    const { out } = await run(["attach", "0199-a", "--print"]);
    expect(out).toBe("codex --remote unix:// resume 0199-a\n");
  });

  const spawned = { spawn: { commandId: "c-1" }, closed: "unloaded", status: "notLoaded" };

  test("a spawned session that is not in memory is put back first; printed, it is said", async () => {
    const { run, sent } = await against((url) =>
      url.startsWith("/api/commands") ? accepted : session(spawned),
    );
    const printed = await run(["attach", "0199-a", "--print"], {}, env);
    expect([printed.exitCode, printed.err.includes("not in memory"), sent()]).toEqual([0, true, []]);
    const { err, exitCode } = await run(["attach", "0199-a"], { run: () => 0 }, env);
    expect([exitCode, err.includes("in memory again")]).toEqual([0, true]);
    expect(sent()).toMatchObject([{ type: "session.resume", target: { sessionId: "0199-a" } }]);
  });

  test("who may not put it back attaches all the same; a person's session is left alone", async () => {
    const no = await against((url) =>
      url.startsWith("/api/commands") ? problem(403, "forbidden") : session(spawned),
    );
    const { err, exitCode } = await no.run(["attach", "0199-a"], { run: () => 0 }, env);
    expect([exitCode, err.includes("(forbidden) Do this. Attaching all the same")]).toEqual([0, true]);
    const persons = await against(() => session({ closed: "unloaded", status: "notLoaded" }));
    await persons.run(["attach", "0199-a"], { run: () => 0 }, env);
    expect(persons.sent()).toEqual([]);
  });

  test("why not goes to stderr with its exit code, and no terminal is handed over", async () => {
    const { run } = await against(() => session({ codexVersion: "0.150.0" }));
    const never = () => {
      throw new Error("handed over");
    };
    const { exitCode, out, err } = await run(["attach", "0199-a"], { run: never }, env);
    expect([exitCode, out, err.includes("0.150.0")]).toEqual([4, "", true]);
    const unread = await run(["attach", "0199-a"], {}, { CLAW_ENDPOINTS: "x" });
    expect([unread.exitCode, unread.err.includes("CLAW_ENDPOINTS entry 1")]).toEqual([2, true]);
    const none = await against((url) =>
      url.startsWith("/api/sessions?")
        ? list("sessions", [{ sessionId: "0199-a" }])
        : problem(404, "not_found"),
    );
    const slip = await none.run(["attach", "0199"]);
    expect([slip.exitCode, slip.err.includes("Perhaps it is 0199-a.")]).toEqual([3, true]);
  });
});
