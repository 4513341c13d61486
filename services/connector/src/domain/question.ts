/**
 * One question of Codex as its host sees it: what kind it is, what exactly it asks, and a digest of all of that, so that nobody answers another one than was
 * decided on (RELIABILITY S20).
 */
import type { Inbound } from "@claw/codex-rpc/protocol";
import { canonical, type Json, NOT_SHOWN_IN_FULL, sha256 } from "@claw/events";
import { CAPS, type Scrub, wordOf } from "./scrub.ts";

export type Request = Extract<Inbound, { kind: "request" }>;
type Params = Readonly<Record<string, unknown>>;

export interface Question {
  /** As it was heard on the connection that may answer it. */
  readonly request: Request;
  readonly requestId: string;
  readonly kind: string;
  /** Codex's own ids. */
  readonly turnId: string | null;
  readonly itemId: string | null;
  /** SHA-256 of all that is asked, before redaction. */
  readonly digest: string;
}

/** What a file change would do. It stands in the item that began before the question, not in the question. */
export interface FilesSeen {
  /** Of the changes as they were seen, before redaction. */
  readonly digest: string;
  /** The one file, or a list that says that it is one. Redacted. */
  readonly subject: string | null;
  /** The changes as text, redacted. */
  readonly detail: string | null;
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["item/commandExecution/requestApproval", "command"],
  ["item/fileChange/requestApproval", "fileChange"],
  ["item/permissions/requestApproval", "permissions"],
  ["item/tool/requestUserInput", "userInput"],
]);

/**
 * Our name for a question. A server counts its questions from 0 in each of its lives, so the number alone would name two; with what it is
 * about, the name is the same however often one life repeats the question, and another in the next.
 */
export const requestIdOf = (id: string | number, turnId: unknown, itemId: unknown): string =>
  `${String(id).slice(0, 64)}-${subjectOfName(turnId, itemId)}`;
const subjectOfName = (turnId: unknown, itemId: unknown): string =>
  sha256(JSON.stringify([turnId ?? null, itemId ?? null])).slice(0, 12);

/** Whether a question of this name is about that item. */
export const isAbout = (requestId: string, turnId: string, itemId: string): boolean =>
  requestId.endsWith(`-${subjectOfName(turnId, itemId)}`);

export function questionOf(request: Request, files: FilesSeen | null, scrub: Scrub): Question {
  const { turnId, itemId } = paramsOf(request);
  return {
    request,
    requestId: requestIdOf(request.id, turnId, itemId),
    kind: kindOf(request, scrub),
    turnId: stringOf(turnId),
    itemId: stringOf(itemId),
    digest: digestOf(request, files),
  };
}

/**
 * The words that `QuestionKind` lists are for what may be answered. A tool that asks for leave to be called is asked by Codex itself, with nothing to
 * fill in; any other form belongs to its MCP server and whoever shall fill it in. A checkpoint that demands a fresh word of a person is never ours.
 */
function kindOf(request: Request, scrub: Scrub): string {
  const params = paramsOf(request);
  if (request.method === "mcpServer/elicitation/request")
    return asksForTool(params) ? "elicitation" : "foreignElicitation";
  const kind = KINDS.get(request.method) ?? wordOf(request.method, scrub) ?? "unknown";
  return kind === "command" && params["kind"] === "humanCommand" ? "humanCommand" : kind;
}

function asksForTool({ _meta: meta, mode, requestedSchema: schema }: Params): boolean {
  const fields = isRecord(schema) ? schema["properties"] : null;
  return (
    isRecord(meta) &&
    meta["codex_approval_kind"] === "mcp_tool_call" &&
    mode === "form" &&
    isRecord(fields) &&
    Object.keys(fields).length === 0
  );
}

/** Repeats of a question differ by nothing but the number, so the time at which it was asked stands for no difference. */
function digestOf(request: Request, files: FilesSeen | null): string {
  const { startedAtMs: _, ...params } = paramsOf(request);
  return sha256(canonical(jsonOf({ method: request.method, params, files: files?.digest ?? null })));
}

/** Codex may send a number that JavaScript has no finite value for, which canonical JSON refuses. */
export const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

export interface QuestionTexts {
  readonly subject: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

/** What people are shown of it, and rules look at: redacted and capped. */
export function textsOf({ request, kind }: Question, files: FilesSeen | null, scrub: Scrub): QuestionTexts {
  const params = paramsOf(request);
  const isFiles = kind === "fileChange" && typeof params["grantRoot"] !== "string";
  const subject = isFiles ? (files?.subject ?? null) : exact(subjectOf(params, kind), scrub);
  return {
    subject: asksForMore(request) ? notInFull(subject) : subject,
    reason: plain(params["reason"], CAPS.command, scrub),
    detail: kind === "fileChange" ? (files?.detail ?? null) : plain(detailOf(params), CAPS.output, scrub),
  };
}

/** What exactly somebody would allow (a command, permissions, a tool with what it is given), or is asked. */
function subjectOf(params: Params, kind: string): string | null {
  const { command, questions, message, permissions, grantRoot } = params;
  if (Array.isArray(questions)) return questions.map((one: Params | null) => one?.["question"]).join("\n");
  if (typeof command === "string" || kind === "command") return commandOf(params);
  if (typeof message === "string") return [message, toolInput(params)].filter(Boolean).join("\n");
  if (permissions !== undefined) return JSON.stringify(permissions);
  return typeof grantRoot === "string" ? `[everything below] ${grantRoot}` : null;
}

/**
 * Input to a terminal, a way to the network and rights beyond the sandbox are asked for in the form of a command: in front stands that they are none. So it does
 * in front of a command that is written like one of these, because a model chooses its commands.
 */
function commandOf(params: Params): string | null {
  const { command, kind, networkApprovalContext: network, additionalPermissions: rights } = params;
  const text = stringOf(command);
  const isPlain = kind === undefined || kind === "command";
  const more = [
    ...(isPlain ? [] : [`[${String(kind)}]`]),
    ...(network == null ? [] : [`[network] ${JSON.stringify(network)}`]),
    ...(rights == null ? [] : [`[permissions] ${JSON.stringify(rights)}`]),
  ];
  if (more.length > 0) return [...more, text ?? ""].join(" ").trimEnd();
  return text !== null && LIKE_A_LABEL.test(text) ? `[command] ${text}` : text;
}
const LIKE_A_LABEL = /^\[\w/;

function detailOf(params: Params): string | null {
  const { permissions } = params;
  if (permissions !== undefined) return JSON.stringify(permissions, null, 2);
  return toolInput(params);
}

function toolInput({ _meta: meta }: Params): string | null {
  const input = isRecord(meta) ? meta["tool_params"] : undefined;
  return input === undefined ? null : JSON.stringify(input);
}

/**
 * Controls, secrets and what is too long are taken out of what people are shown. A rule that would accept sees the same text, and must not accept what it
 * cannot see: `NOT_SHOWN_IN_FULL` stands in front of what is not shown letter by letter.
 */
export function exact(text: string | null, scrub: Scrub): string | null {
  if (text === null || text === "") return text;
  const shown = scrub(text, CAPS.command).text;
  return shown === text && !HIDDEN.test(text) ? shown : notInFull(shown);
}

const notInFull = <Text extends string | null>(text: Text): Text | string =>
  text === null || text.startsWith(NOT_SHOWN_IN_FULL) ? text : `${NOT_SHOWN_IN_FULL}${text}`;

/**
 * The fields of what may be answered, as they were compared with Codex 0.169.0 (`generate-json-schema --experimental`): each is in the subject, or changes nothing
 * about what is allowed.
 */
const FIELDS: Readonly<Record<string, string>> = {
  "item/commandExecution/requestApproval":
    "kind command cwd commandActions approvalId availableDecisions networkApprovalContext additionalPermissions proposedExecpolicyAmendment proposedNetworkPolicyAmendments",
  "item/fileChange/requestApproval": "grantRoot",
  "item/permissions/requestApproval": "cwd permissions",
  "mcpServer/elicitation/request": "serverName mode message requestedSchema _meta",
};
const OF_ALL = "threadId turnId itemId startedAtMs environmentId reason";
const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(FIELDS).map(([method, fields]) => [method, new Set(`${OF_ALL} ${fields}`.split(" "))]),
);

/** A newer Codex may allow more than the fields say that are read here, and another machine than this one is named by an id alone. */
function asksForMore(request: Request): boolean {
  const params = paramsOf(request);
  const known = KNOWN.get(request.method);
  if (known === undefined) return false;
  const where = params["environmentId"] ?? LOCAL;
  return where !== LOCAL || Object.entries(params).some(([name, value]) => value != null && !known.has(name));
}
const LOCAL = "local";
/** Bidirectional marks and other characters that show text as what it is not. */
const HIDDEN = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

const plain = (text: unknown, cap: number, scrub: Scrub): string | null =>
  typeof text === "string" ? scrub(text, cap).text : null;

export function paramsOf({ params }: Request): Params {
  return isRecord(params) ? params : {};
}

const stringOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const isRecord = (value: unknown): value is Params =>
  typeof value === "object" && value !== null && !Array.isArray(value);
