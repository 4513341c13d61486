/**
 * What live clients read together. One change wakes all of them in one turn of the event loop, and most of them stand at the same place and see the same: so what one of
 * them read, and how it was shown, is good for the others of that turn, and for no longer (N1-046).
 */
import type { Caller } from "../auth/authenticate.ts";
import { presenterFor } from "../present.ts";
import { eyesOf, seesChange } from "../sight.ts";
import type { ChangedRow } from "@claw/views";
import type { LiveSource, Present } from "./client.ts";

type Reader = ReturnType<LiveSource["reader"]>;
export interface Together extends Pick<LiveSource, "reader" | "presentFor" | "seesFor"> {
  /** To be called before a client is woken: what made somebody wake it may have come after the first look of this turn. */
  readonly forget: () => void;
}

/** What of a house rows are read and shown with. */
type Shown = Parameters<typeof presenterFor>[0];

/** One turn. */
interface Turn {
  readonly reader: Reader;
  /** Of those who see everything, by their role: no word of a row hangs on more of them. */
  readonly presents: Map<string, Present>;
}

/** The views as of the first look of each turn. */
export function makeTogether(house: Shown): Together {
  let turn: Turn | null = null;
  const now = (): Turn => {
    if (turn !== null) return turn;
    // Woken clients are served in the turn that comes next, all of them before this.
    setImmediate(() => {
      turn = null;
    });
    turn = { reader: rememberedOf(house.reader()), presents: new Map() };
    return turn;
  };
  return {
    reader: () => now().reader,
    presentFor: (caller) =>
      eyesOf(house, caller).isWide ? sharedBy(now(), house, caller) : presenterFor(house, caller).changed,
    seesFor: (caller) => seesChange(house, caller),
    forget: () => {
      turn = null;
    },
  };
}

function sharedBy({ presents }: Turn, house: Shown, caller: Caller): Present {
  const { role } = caller.principal;
  const known = presents.get(role);
  if (known !== undefined) return known;
  const made = onceForEach(presenterFor(house, caller).changed);
  presents.set(role, made);
  return made;
}

function onceForEach(present: Present): Present {
  const shown = new Map<ChangedRow, ReturnType<Present>>();
  return (row) => {
    const known = shown.get(row);
    if (known !== undefined) return known;
    const made = present(row);
    shown.set(row, made);
    return made;
  };
}

function rememberedOf(reader: Reader): Reader {
  const pages = new Map<string, readonly ChangedRow[]>();
  const rows = new Map<string, ChangedRow>();
  /** Clients that stand at different places read different pages, with many of the same rows in them. */
  const same = (row: ChangedRow): ChangedRow => {
    const key = `${row.position} ${row.view} ${row.key}`;
    const known = rows.get(key);
    if (known === undefined) rows.set(key, row);
    return known ?? row;
  };
  let standing: ReturnType<Reader["position"]> | null = null;
  return {
    position: () => (standing ??= reader.position()),
    changedAfter: (views, after, limit) => {
      const key = `${after} ${limit} ${views.join()}`;
      const known = pages.get(key);
      if (known !== undefined) return known;
      const page = reader.changedAfter(views, after, limit).map(same);
      pages.set(key, page);
      return page;
    },
  };
}
