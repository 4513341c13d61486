/**
 * One way to go wrong. `ignore` never answers, `twice` answers twice, `hold` answers when the test lets go, `garble` answers with
 * half a frame, `no_code` with an error that has no code, `neither` with neither result nor error, `overload` with -32001,
 * `drain` as a server that shuts down, `cut` closes the connection, `loop` gives a page that points at itself, `writer` refuses because another
 * server has the thread, `refuse` in words that mean nothing else, `lose` closes the connection. Only these three do not carry the call out.
 */
export type Mischief =
  | "ignore"
  | "twice"
  | "hold"
  | "garble"
  | "no_code"
  | "neither"
  | "overload"
  | "drain"
  | "cut"
  | "loop"
  | "writer"
  | "refuse"
  | "lose";

/** Does one mischief to the next `times` calls of a method. */
export interface MischiefRule {
  readonly method: string;
  readonly act: Mischief;
  /** Without it, to every call from now on. */
  readonly times?: number;
}

/** The mischief that is due, in the order in which it was ordered. */
export interface MischiefPlan {
  readonly order: (rule: MischiefRule) => void;
  readonly next: (method: string) => Mischief | null;
  readonly clear: () => void;
}

export function makeMischiefPlan(initial: readonly MischiefRule[] = []): MischiefPlan {
  const pending: { readonly method: string; readonly act: Mischief; left: number }[] = [];
  const order = ({ method, act, times = Number.POSITIVE_INFINITY }: MischiefRule) =>
    void pending.push({ method, act, left: times });
  for (const rule of initial) order(rule);
  return {
    order,
    next: (method) => {
      const due = pending.find((rule) => rule.left > 0 && rule.method === method);
      if (!due) return null;
      due.left -= 1;
      return due.act;
    },
    clear: () => void pending.splice(0),
  };
}
