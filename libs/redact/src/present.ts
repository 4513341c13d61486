const HIDDEN_PATH = "unix://[hidden]";
const UNREADABLE = "[unreadable endpoint]";

/**
 * An endpoint as outsiders may see it (X1-024): no user or password, the query as `?[redacted]`, no fragment, and of
 * a unix socket no path. What is no URL is not shown at all.
 */
export const safeEndpoint = (endpoint: string): string => {
  if (endpoint.startsWith("unix:") || endpoint.startsWith("/")) return HIDDEN_PATH;
  const url = URL.parse(endpoint);
  if (!url || url.host === "") return UNREADABLE;
  return `${url.protocol}//${url.host}${url.pathname}${url.search === "" ? "" : "?[redacted]"}`;
};

const ESC = 0x1b;
const BEL = 0x07;
const C1_CSI = 0x9b;
const C1_ST = 0x9c;
/** DCS, SOS, OSC, PM, APC: sequences that run to a string terminator; as the byte behind ESC. */
const STRING_OPENERS = new Set(["P", "X", "]", "^", "_"].map((char) => char.charCodeAt(0)));
const C1_OFFSET = 0x40;
const FINAL_FROM = 0x40;
const FINAL_TO = 0x7e;

/** Past a control sequence's parameters and its final byte (ECMA-48 §5.4); a stray byte ends it. */
const csiEnd = (text: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= FINAL_FROM && code <= FINAL_TO) return at + 1;
    if (code < 0x20 || code > FINAL_TO) return at;
  }
  return text.length;
};

/** Past a string's terminator (BEL, ESC \ or ST); one without end stops at its line. */
const stringEnd = (text: string, from: number): number => {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BEL || code === C1_ST) return at + 1;
    if (code === ESC) return text[at + 1] === "\\" ? at + 2 : at;
    if (code === 0x0a) return at;
  }
  return text.length;
};

/** Where the control that begins at `at` ends, or `at` when the character may stay. */
const controlEnd = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  if (code === ESC) {
    const next = text.charCodeAt(at + 1);
    if (next === 0x5b) return csiEnd(text, at + 2);
    if (STRING_OPENERS.has(next)) return stringEnd(text, at + 2);
    return next >= 0x20 && next <= 0x7e ? escapeEnd(text, at + 1) : at + 1;
  }
  if (code === C1_CSI) return csiEnd(text, at + 1);
  if (code >= 0x80 && STRING_OPENERS.has(code - C1_OFFSET)) return stringEnd(text, at + 1);
  if (code === HIGH_OF_TAGS) return tagEnd(text, at);
  return isControl(code) ? at + 1 : at;
};

const HIGH_OF_TAGS = 0xdb_40;

/**
 * Unicode's tag characters (U+E0000 to U+E007F): nobody sees them, and a model reads them as text. Their high surrogate goes alone, too: it could
 * find a low one when what stands between them is removed.
 */
const tagEnd = (text: string, at: number): number => {
  const low = text.charCodeAt(at + 1);
  if (low >= 0xdc_00 && low <= 0xdc_7f) return at + 2;
  return low > 0xdc_7f && low <= 0xdf_ff ? at : at + 1;
};

/** Past a two- or three-character escape: intermediates (0x20–0x2f), then one final. */
const escapeEnd = (text: string, from: number): number => {
  let at = from;
  while (text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) <= 0x2f) at += 1;
  return Math.min(text.length, text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x7e ? at + 1 : at);
};

/**
 * C0 but tab and newline, DEL, C1, the marks that reorder text (UAX #9 §2), and those that show nothing and part a word unseen. The joiners
 * U+200C and U+200D stay: emoji and several scripts are written with them.
 */
const isControl = (code: number): boolean =>
  (code < 0x20 && code !== 0x09 && code !== 0x0a) ||
  (code >= 0x7f && code <= 0x9f) ||
  (code >= 0x20_2a && code <= 0x20_2e) ||
  (code >= 0x20_66 && code <= 0x20_69) ||
  code === 0x20_0e ||
  code === 0x20_0f ||
  code === 0x06_1c ||
  code === 0x00_ad ||
  code === 0x20_0b ||
  (code >= 0x20_60 && code <= 0x20_64) ||
  (code >= 0xff_f9 && code <= 0xff_fb) ||
  code === 0xfe_ff;

/**
 * Text that a terminal can show without obeying it: control sequences (CSI, OSC, DCS and their kin), C0 and C1
 * controls but newline and tab, and bidirectional overrides are removed. Linear; an unended string eats its line only.
 */
export const stripControls = (text: string): string => {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const end = controlEnd(text, at);
    if (end === at) {
      at += 1;
      continue;
    }
    parts.push(text.slice(from, at));
    at = end;
    from = end;
  }
  return parts.join("") + text.slice(from);
};
