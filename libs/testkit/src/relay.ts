/** The wire between a connector and its house: a TCP relay that a test cuts in the ways in which networks do. */
import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";

/**
 * `reset` ends every connection and refuses new ones. `silent` drops all bytes both ways and tells nobody. `deaf` drops only what the house
 * says, so facts arrive and nobody learns of it. `held` keeps every byte back until the wire is mended, and then all of them arrive, as between hosts
 * whose packets were dropped for a while. New connections hang in all three until then, as a TCP that tries again does.
 */
export type Cut = "reset" | "silent" | "deaf" | "held";

export interface Relay {
  readonly url: string;
  readonly cut: (how: Cut) => void;
  /** From now on new connections pass. Those that were cut in silence never carry another byte. */
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

interface Wire {
  state: "whole" | Cut;
  readonly port: number;
  readonly open: Set<Socket>;
  readonly waiting: Set<Socket>;
  /** Cuts the pairs that are up. */
  readonly pairs: Set<(how: Cut) => void>;
  /** Lets go what was held. */
  readonly held: Set<() => void>;
}

export async function startRelay(houseUrl: string): Promise<Relay> {
  const wire: Wire = {
    state: "whole",
    port: Number(new URL(houseUrl).port),
    open: new Set(),
    waiting: new Set(),
    pairs: new Set(),
    held: new Set(),
  };
  const server = createServer((socket) => accept(wire, socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    cut: (how) => {
      wire.state = how;
      for (const cutPair of wire.pairs) cutPair(how);
      wire.pairs.clear();
    },
    mend: () => {
      wire.state = "whole";
      for (const socket of wire.waiting) join(wire, socket);
      wire.waiting.clear();
      for (const release of wire.held) release();
      wire.held.clear();
    },
    close: async () => {
      for (const socket of wire.open) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function accept(wire: Wire, socket: Socket): void {
  if (wire.state === "reset") return void socket.resetAndDestroy();
  keep(wire, socket);
  if (wire.state === "whole") join(wire, socket);
  else wire.waiting.add(socket.pause());
}

/** Joins a connection with one of its own to the house. */
function join(wire: Wire, host: Socket): void {
  if (host.destroyed) return;
  const house = keep(wire, connect(wire.port, "127.0.0.1"));
  const connectPair = (): void => {
    // One end went while the bytes were held back, or the house does not listen yet: the other end hears of it, as it would without a relay.
    if (host.destroyed || house.destroyed) {
      host.destroy();
      house.destroy();
      return;
    }
    host.pipe(house);
    house.pipe(host);
    wire.pairs.add(cutPair);
  };
  const cutPair = (how: Cut): void => {
    if (how === "held") {
      host.unpipe(house).pause();
      house.unpipe(host).pause();
      wire.held.add(connectPair);
      return;
    }
    if (how === "reset") {
      host.resetAndDestroy();
      house.resetAndDestroy();
      return;
    }
    house.unpipe(host).resume();
    if (how === "silent") host.unpipe(house).resume();
  };
  connectPair();
  house.once("close", () => {
    if (wire.pairs.delete(cutPair)) host.destroySoon();
  });
  host.once("close", () => {
    if (wire.pairs.delete(cutPair)) house.destroySoon();
  });
}

function keep({ open, waiting }: Wire, socket: Socket): Socket {
  open.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    open.delete(socket);
    waiting.delete(socket);
  });
  return socket;
}
