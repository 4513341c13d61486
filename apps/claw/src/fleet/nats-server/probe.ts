/** Does a nats-server answer? It greets every connection with a line that begins `INFO `, before anybody signs in. */
import { connect } from "node:net";

/** True if it greeted within the time. Never rejects. */
export const answers = (port: number, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const finish = (isThere: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(isThere);
    };
    const late = setTimeout(() => finish(false), timeoutMs);
    socket.once("error", () => finish(false));
    socket.once("close", () => finish(false));
    socket.once("data", (bytes) => finish(bytes.subarray(0, 5).toString("latin1") === "INFO "));
  });
