export { type EntryPlan, entryPlan, history, toEntry } from "./entries.ts";
export { decidedEvent, event, eventKinds, hostEvent, registryEvent, sessionEvent } from "./events.ts";
export { goldenMix } from "./golden-mix.ts";
export { hostIds, sessionIds, WORLD_BEGINS_AT } from "./ids.ts";
