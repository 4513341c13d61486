/** Shorter values are not matched: they would occur in ordinary text. */
export const KNOWN_MIN = 8;

const BITS_PER_BYTE = 8;
const BITS_PER_DIGIT = 6;

/**
 * What base64 shows of `bytes` inside a longer message, whatever stands around them: for each of the three alignments
 * the digits that depend on these bytes alone.
 */
const base64Cores = (bytes: Buffer): string[] =>
  [0, 1, 2].map((lead) => {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes]).toString("base64");
    const from = Math.ceil((lead * BITS_PER_BYTE) / BITS_PER_DIGIT);
    const to = Math.floor(((lead + bytes.length) * BITS_PER_BYTE) / BITS_PER_DIGIT);
    return encoded.slice(from, to);
  });

const toUrlAlphabet = (base64: string): string => base64.replaceAll("+", "-").replaceAll("/", "_");
const jsonEscaped = (value: string): string => JSON.stringify(value).slice(1, -1);
const lowerEscapes = (encoded: string): string =>
  encoded.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

const encodingsOf = (value: string): string[] => {
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const percent = encodeURIComponent(value.toWellFormed());
  const form = percent.replaceAll("%20", "+");
  const cores = base64Cores(bytes);
  const once = jsonEscaped(value);
  return [
    value,
    once,
    jsonEscaped(once),
    percent,
    form,
    lowerEscapes(percent),
    lowerEscapes(form),
    hex,
    hex.toUpperCase(),
    ...cores,
    ...cores.map(toUrlAlphabet),
  ];
};

/**
 * Every form in which a registered value may turn up: raw, JSON-escaped once and twice, percent- and form-encoded,
 * hex, base64 and base64url in all three alignments. Values under {@link KNOWN_MIN} characters are left out.
 */
export const knownForms = (values: Iterable<string>): readonly string[] => {
  const forms = new Set<string>();
  for (const value of values) {
    if (value.length < KNOWN_MIN) continue;
    for (const form of encodingsOf(value)) if (form.length >= KNOWN_MIN) forms.add(form);
  }
  return [...forms];
};
