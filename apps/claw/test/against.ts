/** A command line against a stub house, and what it sent there. */
import { newBearer } from "@claw/runtime";
import {
  type Answer,
  type Call,
  claw,
  type More,
  NOW,
  type Ran,
  startStub,
  type Stub,
} from "./stub-house.ts";

let stubs: Stub[] = [];
const CLAW_TOKEN = newBearer("api").bearer;

export interface Against {
  readonly run: (
    argv: readonly string[],
    more?: More,
    env?: Readonly<Record<string, string>>,
  ) => Promise<Ran>;
  readonly calls: readonly Call[];
  /** The commands that were handed in. */
  readonly sent: () => readonly Readonly<Record<string, unknown>>[];
}

/** `answer` is asked for each request by its path and query. */
export async function against(answer: (url: string) => Answer | undefined): Promise<Against> {
  const stub = await startStub(answer);
  stubs.push(stub);
  return {
    run: (argv, more, env = {}) => claw(argv, { CLAW_URL: stub.url, CLAW_TOKEN, ...env }, undefined, more),
    calls: stub.calls,
    sent: () =>
      stub.calls
        .filter(({ method }) => method === "POST")
        .map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>),
  };
}

export async function closeAll(): Promise<void> {
  await Promise.all(stubs.map((stub) => stub.close()));
  stubs = [];
}

export const list = (key: string, rows: readonly object[]): Answer => ({
  body: { [key]: rows, nextCursor: null, position: 7 },
});
export const iso = (agoMs: number): string => new Date(NOW - agoMs).toISOString();
export const ann = { kind: "person", name: "ann", role: "operator", group: null };
