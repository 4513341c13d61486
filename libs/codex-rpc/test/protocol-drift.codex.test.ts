import { comparedCodexVersion } from "@claw/codex-rpc";
import { beforeAll, describe, expect, it } from "@effect/vitest";
import { type GeneratedSchema, generateSchema } from "../scripts/generate-schema.ts";
import { isRecord } from "../scripts/json-schema.ts";
import { protocolDrift } from "../scripts/protocol-drift.ts";

let schema: GeneratedSchema;
beforeAll(async () => {
  schema = await generateSchema();
});

/** A copy of the schema in which one place has another value. */
function changed(path: readonly string[], change: (value: unknown) => unknown) {
  const bundle: unknown = structuredClone(schema.bundle);
  const last = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce((at, step) => (isRecord(at) ? at[step] : undefined), bundle);
  if (!isRecord(bundle) || !isRecord(parent)) throw new Error(`no ${path.join("/")}`);
  parent[last] = change(parent[last]);
  return protocolDrift(bundle).drift;
}

describe("the protocol subset", () => {
  it("N1-039: fits what the installed Codex generates, and says with which version it was compared", () => {
    expect(protocolDrift(schema.bundle).drift).toEqual([]);
    expect(schema.version).toBe(comparedCodexVersion);
  });

  const thread = ["definitions", "v2", "Thread"];

  it("notices a field that is gone, optional, or of another type", () => {
    const gone = changed([...thread, "properties"], (value) => ({ ...Object(value), status: undefined }));
    expect(gone).toContain("thread/read result.thread.status: we require it, they do not have it");
    const optional = changed([...thread, "required"], () => ["id"]);
    expect(optional).toContain("thread/read result.thread.status: we require it, they may leave it out");
    const retyped = changed([...thread, "properties", "createdAt"], () => ({ type: "string" }));
    expect(retyped).toContain("thread/read result.thread.createdAt: they write string, we read number");
  });

  it("notices a parameter that they no longer know, and one that they have come to require", () => {
    const params = ["definitions", "v2", "TurnSteerParams"];
    const gone = changed([...params, "properties"], (value) => ({ ...Object(value), input: undefined }));
    expect(gone).toContain("turn/steer params.input: we write it, they do not know it");
    const wanted = changed([...params, "required"], () => ["threadId", "reason"]);
    expect(wanted).toContain("turn/steer params.reason: they require it, we do not write it");
  });

  it("notices a method that is gone", () => {
    const fewer = (value: unknown) => (Array.isArray(value) ? value.slice(0, 3) : value);
    expect(changed(["definitions", "ServerNotification", "oneOf"], fewer)).toContain("turn/completed: gone");
  });
});
