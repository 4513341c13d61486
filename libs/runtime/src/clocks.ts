/** Time as an input: wall time for people, monotonic time for every deadline. Tests bring their own. */
export interface Clocks {
  /** Epoch milliseconds. May jump. */
  readonly wallMs: () => number;
  /** Milliseconds that only grow, from an arbitrary start. */
  readonly monoMs: () => number;
}

export const systemClocks: Clocks = { wallMs: () => Date.now(), monoMs: () => performance.now() };
