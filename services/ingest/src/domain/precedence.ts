/** Of two uplinks of one host the later one stays; at the same moment the one with the greater nonce (DESIGN 14.10). Pure. */
export interface Opened {
  /** Epoch ms of the clock of the ingest that has it. */
  readonly openedAt: number;
  readonly nonce: string;
}

export const isNewer = (one: Opened, other: Opened): boolean =>
  one.openedAt === other.openedAt ? one.nonce > other.nonce : one.openedAt > other.openedAt;
