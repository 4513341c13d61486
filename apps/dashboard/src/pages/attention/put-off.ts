/** For how long an item can be put off. Pure. */
const HOUR_MS = 3_600_000;

export interface PutOff {
  readonly label: string;
  /** Ms from now. */
  readonly forMs: number;
}

export const PUT_OFFS: readonly PutOff[] = [
  { label: "15 minutes", forMs: HOUR_MS / 4 },
  { label: "1 hour", forMs: HOUR_MS },
  { label: "4 hours", forMs: 4 * HOUR_MS },
  { label: "1 day", forMs: 24 * HOUR_MS },
];
