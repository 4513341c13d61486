import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";

/** One answer of the Responses API, written as server-sent events. */
export interface Answer {
  readonly response: ServerResponse;
  readonly id: string;
  readonly model: string;
  sequence: number;
}

export interface ToolCall {
  readonly name: string;
  readonly namespace?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What every answer claims to have cost. */
const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 10 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
};

export function makeAnswer(response: ServerResponse, model: string): Answer {
  return { response, id: fresh("resp"), model, sequence: 0 };
}

/** Opens the event stream. */
export function begin(answer: Answer): void {
  answer.response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  send(answer, "response.created", { response: summary(answer, "in_progress", []) });
}

/** Streams a message part by part, then ends the answer; stops early when the client has gone. */
export async function say(answer: Answer, parts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const message = openMessage(answer);
  let text = "";
  for await (const delta of parts) {
    if (answer.response.destroyed) return;
    text += delta;
    send(answer, "response.output_text.delta", {
      item_id: message.id,
      output_index: 0,
      content_index: 0,
      delta,
    });
  }
  const content = [{ type: "output_text", text, annotations: [] }];
  complete(answer, { ...message, status: "completed", content });
}

/** Calls a tool, then ends the answer. */
export function callTool(answer: Answer, { args, ...tool }: ToolCall): void {
  const ids = { id: fresh("fc"), call_id: fresh("call") };
  const item = { type: "function_call", ...ids, ...tool, arguments: JSON.stringify(args) };
  send(answer, "response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress" } });
  complete(answer, item);
}

/** Begins a message and cuts the connection. */
export function drop(answer: Answer): void {
  openMessage(answer);
  // Only when this has left is the beginning of the message on its way.
  answer.response.write(": the end\n\n", () => answer.response.destroy());
}

/** Answers with an HTTP error instead of a stream. */
export function refuse({ response }: Answer, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message, type: "scripted", code: "scripted" } }));
}

function openMessage(answer: Answer) {
  const message = { type: "message", id: fresh("msg"), role: "assistant" };
  const item = { ...message, status: "in_progress", content: [] };
  send(answer, "response.output_item.added", { output_index: 0, item });
  return message;
}

function complete(answer: Answer, item: object): void {
  send(answer, "response.output_item.done", { output_index: 0, item });
  send(answer, "response.completed", { response: { ...summary(answer, "completed", [item]), usage } });
  answer.response.end();
}

function summary({ id, model }: Answer, status: string, output: readonly object[]) {
  return { id, object: "response", status, model, output };
}

function send(answer: Answer, type: string, fields: object): void {
  const { response } = answer;
  if (response.destroyed || response.writableEnded) return;
  const data = JSON.stringify({ type, sequence_number: answer.sequence++, ...fields });
  response.write(`event: ${type}\ndata: ${data}\n\n`);
}

function fresh(kind: string): string {
  return `${kind}_${randomUUID().replaceAll("-", "")}`;
}
