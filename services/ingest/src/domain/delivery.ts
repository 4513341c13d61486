/** What an uplink delivers, as the domain sees it: the shapes of `@claw/wire`, which brings more than a pure room may import. */
import type { Sealed } from "@claw/events";

export interface Fact extends Sealed {
  readonly seq: number;
  /** What its writer says the digest is. */
  readonly digest: string;
}

export type Delivery = { readonly seq: number; readonly bytes: number } & (
  | { readonly kind: "fact"; readonly fact: Fact }
  | { readonly kind: "unreadable"; readonly digest: string; readonly text: string }
);
