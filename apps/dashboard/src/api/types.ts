/** Every shape that the dashboard reads. */
export type * from "./types/approval.ts";
export type * from "./types/command.ts";
export type * from "./types/host.ts";
export type * from "./types/session.ts";
export type * from "./types/shared.ts";
export * from "./types/fleet.ts";
