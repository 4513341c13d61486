/** One frame of `/api/live`, as `services/gateway/src/live/frames.ts` has it (`test/mirrors.test.ts`): a page is built without the code of the house. */
export const LIVE_KINDS = [
  "sessions",
  "hosts",
  "endpoints",
  "approvals",
  "commands",
  "leases",
  "turns",
  "items",
  "runtimes",
  "egress",
  "checkpoints",
  "archives",
  "attention",
  "owners",
  "shares",
] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

interface Nothing {
  readonly position: number;
  readonly kind: null;
  readonly key: null;
  readonly row: null;
}
interface About {
  readonly position: number;
  readonly kind: LiveKind;
  readonly key: string;
  /** Null: it may not be seen any more, or is no more. */
  readonly row: Readonly<Record<string, unknown>> | null;
}
export type LiveFrame =
  | ({ readonly type: "snapshot" | "change" } & About)
  | ({ readonly type: "caughtUp" | "resync" } & Nothing)
  /** Everything up to this position was told; `at` is the house's clock in epoch ms. */
  | ({ readonly type: "heartbeat"; readonly at: number } & Nothing);
