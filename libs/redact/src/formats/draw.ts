/** A source of randomness: uniform in [0, 1). Seeded by the caller, so that a failing case can be made again. */
export type Rng = () => number;

export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER = UPPER.toLowerCase();
export const DIGITS = "0123456789";
export const LETTERS_DIGITS = UPPER + LOWER + DIGITS;
export const URL64 = `${LETTERS_DIGITS}_-`;
export const STD64 = `${LETTERS_DIGITS}+/`;
export const HEX16 = `${DIGITS}abcdef`;
export const NKEY32 = `${UPPER}234567`;

export const draw = (rng: Rng, alphabet: string, length: number): string => {
  let drawn = "";
  for (let at = 0; at < length; at += 1) drawn += alphabet[Math.floor(rng() * alphabet.length)] ?? "";
  return drawn;
};

/** Letters and digits with at least one of each, as every minted key of some length has. */
export const drawMixed = (rng: Rng, alphabet: string, length: number): string => {
  const drawn = draw(rng, alphabet, length - 2);
  return `${draw(rng, LETTERS_DIGITS.slice(26, 52), 1)}${drawn}${draw(rng, DIGITS, 1)}`;
};

export const drawUuid = (rng: Rng): string =>
  [8, 4, 4, 4, 12].map((length) => draw(rng, HEX16, length)).join("-");

/** Base64 in lines of 64, as armour is written. */
export const drawArmour = (rng: Rng, lines: number): string =>
  Array.from({ length: lines }, () => draw(rng, STD64, 64)).join("\n");

/** A seeded generator (mulberry32): small, fast, good enough for test data and never for keys. */
export const seededRng = (seed: number): Rng => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
