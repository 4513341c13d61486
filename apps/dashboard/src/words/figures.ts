/** Figures as people read them. Pure. */
const NBSP = "\u00a0";

/** Made once: a table asks for thousands. */
const grouped = new Intl.NumberFormat("en-US");

/** `1,284,771`: positions, counts. */
export const figure = (count: number): string => grouped.format(count);

/** `412 k`, `5.66 M`: figures whose size matters more than their last digit. */
export function roughly(count: number): string {
  if (count < 10_000) return figure(count);
  if (count < 1_000_000) return `${Math.round(count / 1_000)}${NBSP}k`;
  const millions = count / 1_000_000;
  return `${millions < 100 ? millions.toPrecision(3) : Math.round(millions)}${NBSP}M`;
}

/** `1 session`, `2 sessions`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${figure(count)} ${count === 1 ? one : many}`;

const SIZES = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** `812 bytes`, `1.18 MiB`: how much room something takes. */
export function sized(bytes: number): string {
  const power = Math.min(SIZES.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  if (power === 0) return `${figure(bytes)}${NBSP}${bytes === 1 ? "byte" : "bytes"}`;
  const size = bytes / 1_024 ** power;
  return `${size < 100 ? size.toPrecision(3) : Math.round(size)}${NBSP}${SIZES[power]}`;
}
