/** A request of Node's HTTP server as the door looks at it. Host headers are taken raw: Node keeps the first and forgets the rest. */
import type { IncomingMessage } from "node:http";
import type { Knock } from "./door.ts";

export function knockOf(request: IncomingMessage): Knock {
  const { rawHeaders, headers } = request;
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host",
  );
  return { method: request.method ?? "", target: request.url ?? "", hosts, headers };
}
