/** Where a `codex app-server` is met. */
export type Target = UnixTarget | WebsocketTarget | StdioTarget;

/** A WebSocket on a unix socket; the permissions of the file are its only guard (S1-125). */
export interface UnixTarget {
  readonly kind: "unix";
  /** Absolute. */
  readonly path: string;
}

/** A WebSocket over TCP. Beyond loopback it needs `wss` and a bearer token (S1-116, S1-126). */
export interface WebsocketTarget {
  readonly kind: "websocket";
  readonly url: string;
  /** Asked at each connect, so that a short-lived token can be renewed. */
  readonly bearer?: () => string | Promise<string>;
}

/** A child process that speaks on its stdin and stdout, and ends with the connection. */
export interface StdioTarget {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; without it, ours. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
