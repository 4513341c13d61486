/** How each kind of thing looks in a table. */
export * from "./looks/asked.ts";
export * from "./looks/fleet.ts";
export * from "./looks/keeping.ts";
export * from "./looks/registry.ts";
export * from "./looks/rules.ts";
