/**
 * An immutable map for states with many keys: a change copies one of many small maps and the way to it, not all keys. `set` and `delete` give a new one;
 * the old one stays as it was, so that a decision that could not be stored leaves no trace.
 */
/** Groups, and small maps in each: what a change copies beside the one map, and what an empty one costs to walk through. */
const FAN = 32;

type Slot<Key, Value> = ReadonlyMap<Key, Value> | undefined;
type Group<Key, Value> = readonly Slot<Key, Value>[];

export class Keyed<Key extends string, Value> {
  readonly #groups: readonly Group<Key, Value>[];
  readonly size: number;

  private constructor(groups: readonly Group<Key, Value>[], size: number) {
    this.#groups = groups;
    this.size = size;
  }

  static empty<Key extends string, Value>(): Keyed<Key, Value> {
    return new Keyed<Key, Value>(
      Array.from({ length: FAN }, () => NO_GROUP),
      0,
    );
  }

  get(key: Key): Value | undefined {
    return this.#slot(hashOf(key))?.get(key);
  }

  has(key: Key): boolean {
    return this.#slot(hashOf(key))?.has(key) ?? false;
  }

  set(key: Key, value: Value): Keyed<Key, Value> {
    const hash = hashOf(key);
    const slot = this.#slot(hash);
    const size = slot?.has(key) === true ? this.size : this.size + 1;
    return this.#with(hash, new Map(slot).set(key, value), size);
  }

  delete(key: Key): Keyed<Key, Value> {
    const hash = hashOf(key);
    const slot = this.#slot(hash);
    if (slot?.has(key) !== true) return this;
    const rest = new Map(slot);
    rest.delete(key);
    return this.#with(hash, rest.size === 0 ? undefined : rest, this.size - 1);
  }

  /** Without the values that are not to be kept. Small maps that lose nothing are shared with the old one. */
  filter(keeps: (value: Value, key: Key) => boolean): Keyed<Key, Value> {
    let size = 0;
    const kept = (slot: Slot<Key, Value>): Slot<Key, Value> => {
      if (slot === undefined) return slot;
      const rest = [...slot].filter(([key, value]) => keeps(value, key));
      size += rest.length;
      if (rest.length === slot.size) return slot;
      return rest.length === 0 ? undefined : new Map(rest);
    };
    const groups = this.#groups.map((group) => (group === NO_GROUP ? group : group.map(kept)));
    return size === this.size ? this : new Keyed(groups, size);
  }

  /** In no order that anybody may lean on. */
  *entries(): IterableIterator<readonly [Key, Value]> {
    for (const group of this.#groups)
      if (group !== NO_GROUP) for (const slot of group) if (slot !== undefined) yield* slot;
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  /** The values that are not in the one before under the same key. What the two share is not looked at. */
  *newSince(before: Keyed<Key, Value>): IterableIterator<Value> {
    for (const [place, group] of this.#groups.entries()) {
      const groupBefore = before.#groups[place];
      if (group === groupBefore) continue;
      for (const [index, slot] of group.entries()) {
        const known = groupBefore?.[index];
        if (slot === undefined || slot === known) continue;
        for (const [key, value] of slot) if (known?.get(key) !== value) yield value;
      }
    }
  }

  #slot(hash: number): Slot<Key, Value> {
    return this.#groups[placeOf(hash)]?.[hash % FAN];
  }

  #with(hash: number, slot: Slot<Key, Value>, size: number): Keyed<Key, Value> {
    const place = placeOf(hash);
    const group = this.#groups[place] ?? NO_GROUP;
    return new Keyed(this.#groups.with(place, group.with(hash % FAN, slot)), size);
  }
}

/** Shared by all that have nothing in a group, so that walking passes it by. */
const NO_GROUP: Group<never, never> = Array.from({ length: FAN }, () => undefined);

const placeOf = (hash: number): number => Math.floor(hash / FAN) % FAN;

/** FNV-1a. Keys may be chosen by an attacker: a crowded slot costs time, and nothing else. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
