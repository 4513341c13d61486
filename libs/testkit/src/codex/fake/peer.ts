/** One connection to the fake: it frames messages and leaves out what its client does not want to hear. */
export interface Peer {
  isInitialized: boolean;
  readonly notify: (method: string, params: object) => void;
  /** Sends one message as it is. */
  readonly send: (message: object) => void;
  /** Sends any bytes as one frame. */
  readonly sendRaw: (bytes: string | Buffer, isBinary?: boolean) => void;
  readonly optOut: (methods: readonly string[]) => void;
  /** Cuts the connection without a goodbye. */
  readonly cut: () => void;
  /** Stops reading and answering, on every level. */
  readonly freeze: () => void;
}

/** What a transport lends to a peer. */
export interface Lines {
  readonly write: (bytes: string | Buffer, isBinary: boolean) => void;
  readonly cut: () => void;
  readonly freeze: () => void;
}

export function makePeer(lines: Lines): Peer {
  const unwanted = new Set<string>();
  const send = (message: object) => lines.write(JSON.stringify(message), false);
  return {
    isInitialized: false,
    send,
    notify: (method, params) => {
      if (!unwanted.has(method)) send({ method, params, emittedAtMs: Date.now() });
    },
    sendRaw: (bytes, isBinary = false) => lines.write(bytes, isBinary),
    optOut: (methods) => {
      for (const method of methods) unwanted.add(method);
    },
    cut: lines.cut,
    freeze: lines.freeze,
  };
}
