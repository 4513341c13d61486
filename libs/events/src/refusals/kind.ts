/** One way of saying no: the HTTP status that it has outside, why, and the way out. */
export interface RefusalKind {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 422 | 429 | 503;
  readonly reason: string;
  readonly remedy: string;
}
