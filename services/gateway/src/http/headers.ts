/** Headers of every answer (RELIABILITY 8): nothing here may be framed, sniffed, cached, or run. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/**
 * What a page of the dashboard may do: run and show what this server gave it, and call this server. No string becomes markup or code (`trusted-types 'none'`), so that
 * what a host sends is text whatever is in it (ADR 0014, RELIABILITY 8).
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...SECURITY_HEADERS,
  "content-security-policy": PAGE_POLICY,
};

/** Of a file whose name is of its content. */
export const IMMUTABLE = "public, max-age=31536000, immutable";

/** Pages may run what is ours; everything else is data. Nothing is kept but what can never change. */
export function headersFor(answer: Headers): Readonly<Record<string, string>> {
  const isHtml = answer.get("content-type")?.startsWith("text/html") === true;
  const headers = isHtml ? PAGE_HEADERS : SECURITY_HEADERS;
  return answer.get("cache-control") === IMMUTABLE ? { ...headers, "cache-control": IMMUTABLE } : headers;
}

export const PROBLEM_TYPE = "application/problem+json";
