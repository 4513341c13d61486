import { z } from "zod";
import { itemKinds } from "../src/protocol/item.ts";
import { methods } from "../src/protocol/methods.ts";
import { notifications } from "../src/protocol/notifications.ts";
import { answers, serverRequests } from "../src/protocol/server-requests.ts";
import { compareRead, compareWritten, type Findings, type Side } from "./compare.ts";
import { follow, isRecord, type Node, shapesOf } from "./json-schema.ts";

/** Compares our subset of the protocol with a schema bundle that Codex generated. Pure. */
export function protocolDrift(bundle: Node): Findings {
  const findings: Findings = { drift: [], news: [] };
  const requests = byMethod(bundle, "ClientRequest");
  for (const [method, { params, result }] of Object.entries(methods)) {
    const theirs = missing(requests, method, findings);
    if (!theirs) continue;
    compareWritten(ours(params), { root: bundle, node: theirs }, `${method} params`, findings);
    const response: Node = { $ref: (theirs.$ref ?? "").replace(/Params$/, "Response") };
    compareRead(ours(result), { root: bundle, node: response }, `${method} result`, findings);
  }
  compareInbound(bundle, "ServerNotification", notifications, findings);
  compareInbound(bundle, "ServerRequest", serverRequests, findings);
  compareAnswers(bundle, findings);
  compareItems(bundle, findings);
  const unused = [...requests.keys()].filter((method) => !Object.hasOwn(methods, method));
  findings.news.push(`${unused.length} methods are not spoken here`);
  return findings;
}

function compareInbound(
  bundle: Node,
  union: string,
  table: Readonly<Record<string, z.ZodType>>,
  findings: Findings,
): void {
  const theirs = byMethod(bundle, union);
  for (const [method, schema] of Object.entries(table)) {
    const node = missing(theirs, method, findings);
    if (node) compareRead(ours(schema), { root: bundle, node }, method, findings);
  }
  const unread = [...theirs.keys()].filter((method) => !Object.hasOwn(table, method));
  findings.news.push(`${union}: not read here: ${unread.join(", ")}`);
}

/** Each answer that we write, with what they read as the answer to that question. */
function compareAnswers(bundle: Node, findings: Findings): void {
  const asked = byMethod(bundle, "ServerRequest");
  for (const [method, schema] of Object.entries(answers)) {
    const theirs = missing(asked, method, findings);
    if (!theirs) continue;
    const node: Node = { $ref: (theirs.$ref ?? "").replace(/Params$/, "Response") };
    compareWritten(ours(schema), { root: bundle, node }, `${method} answer`, findings);
  }
}

/** Each kind of item that we read in full, with the variant that says the same `type`. */
function compareItems(bundle: Node, findings: Findings): void {
  const variants = follow(bundle, "#/definitions/v2/ThreadItem").oneOf ?? [];
  for (const [kind, schema] of Object.entries(itemKinds)) {
    const node = variants.find((variant) => typeWords(bundle, variant).has(kind));
    if (!node) findings.drift.push(`item ${kind}: gone`);
    else compareRead(ours(schema), { root: bundle, node }, `item ${kind}`, findings);
  }
}

function typeWords(bundle: Node, variant: Node): ReadonlySet<string> {
  const types = shapesOf(bundle, variant).flatMap(({ properties }) => {
    const type = properties.get("type");
    return type ? shapesOf(bundle, type) : [];
  });
  return new Set(types.flatMap(({ words }) => [...words]));
}

function missing(theirs: ReadonlyMap<string, Node>, method: string, findings: Findings): Node | undefined {
  const node = theirs.get(method);
  if (!node) findings.drift.push(`${method}: gone`);
  return node;
}

/** The members of a union of messages, by method, each with the schema of its parameters. */
function byMethod(bundle: Node, union: string): ReadonlyMap<string, Node> {
  const members = follow(bundle, `#/definitions/${union}`).oneOf ?? [];
  return new Map(
    members.flatMap(({ properties = {} }) => {
      const { method, params } = properties;
      const name = isRecord(method) && Array.isArray(method["enum"]) ? method["enum"][0] : undefined;
      return typeof name === "string" && isRecord(params) ? [[name, params] as const] : [];
    }),
  );
}

function ours(schema: z.ZodType): Side {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }),
  );
  const node: Node = JSON.parse(text);
  return { root: node, node };
}
