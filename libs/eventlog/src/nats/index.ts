/** What whoever keeps something beside the log in JetStream asks of it (@claw/archives): requests of the API, and messages that are stored one by one. */
export { type Answer, asObject, numberIn } from "../jetstream/answer.ts";
export { ask, getMessage, type Line, mustAsk } from "../jetstream/api.ts";
export { API } from "../jetstream/faults.ts";
export { storeMessage } from "../jetstream/store.ts";
export type { StreamConfig } from "../jetstream/streams.ts";
