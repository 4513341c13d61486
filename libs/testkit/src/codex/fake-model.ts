import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { Effect, type Scope } from "effect";
import { makeMailbox } from "./mailbox.ts";
import { makeAnswer } from "./model/answer.ts";
import { lastUserText, ModelRequestBody, readDirective, type Script } from "./model/directive.ts";
import { type Gates, perform } from "./model/perform.ts";

/** What Codex asked the model. */
export interface ModelRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: ModelRequestBody;
  /** The last thing that a user said in it. */
  readonly text: string;
  /** Codex sends its thread id as the cache key. */
  readonly threadId: string | undefined;
}

/** A model that does what the last user message says; see `perform` for the verbs. */
export interface FakeModel {
  /** For `base_url` of a model provider. */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** The next request that fits and that no earlier call got. */
  readonly nextRequest: (fits?: (request: ModelRequest) => boolean) => Promise<ModelRequest>;
  /** Opens a gate for all that wait at it, now or later. */
  readonly release: (gate: string) => void;
  readonly close: () => Promise<void>;
}

/** Starts a fake model on a free port of the loopback interface. */
export async function startFakeModel(script?: Script): Promise<FakeModel> {
  const mail = makeMailbox<ModelRequest>();
  const { gates, release } = makeGates();
  const server = createServer((request, response) => {
    serve(request, response, mail.put, gates, script).catch(() => response.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: mail.all,
    nextRequest: mail.take,
    release,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The same, ended with the scope. */
export const fakeModel = (script?: Script): Effect.Effect<FakeModel, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startFakeModel(script)),
    (model) => Effect.promise(model.close),
  );

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  put: (request: ModelRequest) => void,
  gates: Gates,
  script: Script | undefined,
): Promise<void> {
  if (request.method !== "POST" || !request.url?.endsWith("/responses")) {
    response.writeHead(404).end();
    return;
  }
  const body = ModelRequestBody.parse(await json(request));
  put({ headers: request.headers, body, text: lastUserText(body), threadId: body.prompt_cache_key });
  await perform(readDirective(body, script), body, makeAnswer(response, body.model), gates);
}

function makeGates() {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (name: string) => {
    const known = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, known);
    return known;
  };
  return {
    gates: { pass: (name: string) => gate(name).promise },
    release: (name: string) => gate(name).resolve(),
  };
}
