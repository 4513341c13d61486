import { setTimeout as delay } from "node:timers/promises";
import { type Answer, begin, callTool, drop, refuse, say } from "./answer.ts";
import type { Directive, ModelRequestBody } from "./directive.ts";

/** What a directive may wait for. */
export interface Gates {
  readonly pass: (name: string) => Promise<void>;
}

const ticksPerSecond = 4;

/**
 * Does what the directive says. Verbs: `SAY text` · `WAIT gate [text]` (the stream stays open until the test releases the
 * gate) · `TELL seconds text` (word by word over that time) · `SLOW seconds` · `HANG` · `SHELL command` · `SHELLESC command` (asks for escalation) · `PATCH path text` ·
 * `CALL namespace|- tool json` · `FAIL status` · `DROP`. Another verb is echoed.
 */
export async function perform(
  directive: Directive,
  body: ModelRequestBody,
  answer: Answer,
  gates: Gates,
): Promise<void> {
  const { verb, rest } = directive;
  if (verb === "FAIL") return refuse(answer, Number(firstWord(rest).word) || 500, rest || "scripted failure");
  begin(answer);
  switch (verb) {
    case "SAY":
      return say(answer, [rest]);
    case "WAIT": {
      const gate = firstWord(rest);
      return say(answer, gated(gates, gate.word, gate.tail));
    }
    case "TELL": {
      const { word, tail } = firstWord(rest);
      return say(answer, told(Number(word), tail));
    }
    case "SLOW":
      return say(answer, ticks(Math.max(1, Math.round(Number(firstWord(rest).word) * ticksPerSecond))));
    case "HANG":
      return;
    case "DROP":
      return drop(answer);
    case "SHELL":
      return callTool(answer, shell(body, rest, {}));
    case "SHELLESC":
      return callTool(
        answer,
        shell(body, rest, {
          sandbox_permissions: "require_escalated",
          justification: "May I run this outside?",
        }),
      );
    case "PATCH":
      return callTool(answer, shell(body, patch(rest), {}));
    case "CALL":
      return callTool(answer, toolCall(rest));
    default:
      return say(answer, [`echo: ${verb} ${rest}`.trim().slice(0, 300)]);
  }
}

async function* gated(gates: Gates, name: string, text: string): AsyncIterable<string> {
  yield "waiting ";
  await gates.pass(name);
  yield text || `released ${name}`;
}

async function* told(seconds: number, text: string): AsyncIterable<string> {
  const words = text.split(/(?<= )/);
  for (const word of words) {
    yield word;
    await delay((seconds * 1_000) / words.length);
  }
}

async function* ticks(count: number): AsyncIterable<string> {
  for (let tick = 1; tick <= count; tick += 1) {
    yield `tick${tick} `;
    await delay(1_000 / ticksPerSecond);
  }
}

/** Codex offers one shell tool, under a name that depends on the model. */
function shell(body: ModelRequestBody, command: string, extra: Readonly<Record<string, unknown>>) {
  const offered = new Set(body.tools.map((tool) => tool.name));
  if (offered.has("exec_command")) return { name: "exec_command", args: { cmd: command, ...extra } };
  if (offered.has("shell_command")) return { name: "shell_command", args: { command, ...extra } };
  return { name: "shell", args: { command: ["bash", "-lc", command], ...extra } };
}

/** A patch is a shell command that Codex intercepts. */
function patch(rest: string): string {
  const { word: path, tail: text } = firstWord(rest);
  return `apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: ${path}\n+${text}\n*** End Patch\nEOF`;
}

function toolCall(rest: string) {
  const { word: namespace, tail } = firstWord(rest);
  const { word: name, tail: json } = firstWord(tail);
  const args: unknown = JSON.parse(json || "{}");
  return { name, args: Object(args), ...(namespace !== "-" && { namespace }) };
}

function firstWord(text: string): { readonly word: string; readonly tail: string } {
  const [, word = "", tail = ""] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  return { word, tail };
}
