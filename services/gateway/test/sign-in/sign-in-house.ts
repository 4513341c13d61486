/** A house whose policy records sign-ins in the views at once, and a browser with one cookie jar that walks through it. */
import { type Command, position } from "@claw/events";
import { type Clocks, systemClocks } from "@claw/runtime";
import type { SignInRow } from "@claw/views";
import type { GatewayPorts } from "../../src/index.ts";
import { ENTRY, fakePorts, makeFakeViews, NOW, tokenOf } from "../fake-house.ts";
import { tokenChange } from "../running.ts";

export interface SignInHouse {
  readonly views: ReturnType<typeof makeFakeViews>;
  readonly ports: GatewayPorts;
  readonly clocks: Clocks;
  /** Moves both clocks. */
  readonly pass: (ms: number) => void;
  /** What policy was asked to record. */
  readonly asked: Command[];
}

export const admin = tokenOf("admin");
export const viewer = tokenOf("viewer", { until: NOW + 3_600_000 });
export const claw = tokenOf("claw");

export function signInHouse(): SignInHouse {
  const views = makeFakeViews();
  const asked: Command[] = [];
  const time = { ms: 0 };
  const clocks: Clocks = { ...systemClocks, wallMs: () => NOW + time.ms, monoMs: () => time.ms };
  views.commit([admin, viewer, claw].map(({ row }) => tokenChange(row)));
  const { ports } = fakePorts({
    reader: views.reader,
    submit: (command) => {
      asked.push(command);
      const row = rowAfter(command, (id) => views.reader.signIn(id), clocks.wallMs());
      if (row !== null) views.commit([["signIns", row.signInId, row]]);
      return { decision: "accepted", entryId: ENTRY, position: position(views.reader.position()) };
    },
  });
  return { views, ports: { ...ports, clocks }, clocks, pass: (ms) => void (time.ms += ms), asked };
}

function rowAfter(
  command: Command,
  find: (signInId: string) => SignInRow | null,
  at: number,
): SignInRow | null {
  if (command.type === "record.signin") {
    const { type: _type, commandId: _commandId, ...facts } = command;
    return { ...facts, closedAt: null };
  }
  const row = command.type === "record.signout" ? find(command.signInId) : null;
  return row === null ? null : { ...row, closedAt: at };
}

/** What a browser adds to what a page of this origin asks for. */
export const ownPage = { "sec-fetch-site": "same-origin" } as const;

type Serve = (path: string, init: RequestInit) => Promise<Response> | Response;

/** Keeps cookies as a browser does, as far as names go: `Max-Age=0` removes one. */
export function makeBrowser(serve: Serve) {
  const jar = new Map<string, string>();
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(cookie !== "" && { cookie }), ...(init.headers as Record<string, string>) };
    const response = await serve(path, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  };
  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = ownPage) =>
    call(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  return { jar, get: call, post };
}

export type Browser = ReturnType<typeof makeBrowser>;

function keep(jar: Map<string, string>, line: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/Max-Age=0/.test(line)) jar.delete(name);
  else jar.set(name, value);
}
