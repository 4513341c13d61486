export { type Action, ACTIONS, mayDo, rolesFor } from "./auth/access.ts";
export { Problem } from "./http/problem.ts";
export { LIVE_SUBPROTOCOL } from "./live/ask.ts";
export { LIVE_VIEWS, LiveFrame, type LiveView } from "./live/frames.ts";
export type { HandleUpgrade } from "./live/upgrade.ts";
export type { GatewayPorts } from "./ports.ts";
export { type GatewaySettings, gatewaySettings } from "./settings.ts";
export { type Gateway, type GatewayOptions, startGateway } from "./start.ts";
