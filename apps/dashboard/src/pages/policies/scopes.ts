/** Where a right is opened or questions are ruled on, the narrowest first (`GrantScope` of libs/events). */
export const SCOPES = [
  { value: "session", label: "Session" },
  { value: "host", label: "Host" },
  { value: "group", label: "Group" },
  { value: "global", label: "Everywhere" },
] as const;
export type Scope = (typeof SCOPES)[number]["value"];
