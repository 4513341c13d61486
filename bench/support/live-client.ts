import { once } from "node:events";
import { WebSocket } from "ws";
import type { Watched } from "./house.ts";

/** What of a live frame a bench looks at. */
export interface Heard {
  readonly type: string;
  readonly key: string | null;
}

/** A live client of the sessions view, once it has caught up. */
export async function startLiveClient(
  { url, token }: Pick<Watched, "url" | "token">,
  hear: (frame: Heard) => void,
): Promise<{ readonly close: () => Promise<void> }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/live?views=sessions`, ["claw.v1"], {
    headers: { authorization: `Bearer ${token()}` },
    perMessageDeflate: false,
  });
  const caughtUp = Promise.withResolvers<void>();
  socket.on("error", caughtUp.reject);
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as Heard;
    if (frame.type === "caughtUp") caughtUp.resolve();
    hear(frame);
  });
  await caughtUp.promise;
  return {
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}
