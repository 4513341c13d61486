/** What works and what does not, told by the parts themselves. `/readyz` is ready when every part is. */
export interface PartHealth {
  readonly ok: boolean;
  /** One short phrase for people: what is wrong, or what is proven. Never a payload. */
  readonly detail: string;
}

export interface Health {
  readonly set: (part: string, health: PartHealth) => void;
  readonly parts: () => Readonly<Record<string, PartHealth>>;
  readonly isReady: () => boolean;
}

export function makeHealth(): Health {
  const parts = new Map<string, PartHealth>();
  return {
    set: (part, health) => void parts.set(part, health),
    parts: () => Object.fromEntries(parts),
    isReady: () => parts.size > 0 && [...parts.values()].every((part) => part.ok),
  };
}
