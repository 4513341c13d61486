/** Class names that hold, joined: `classes("tr", isStale && "stale")`. */
export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter((name) => typeof name === "string" && name !== "").join(" ");
