export type { ConnectedHost } from "./overlay.ts";
export { type IngestSettings, ingestSettings } from "./settings.ts";
export { type Ingest, type IngestOptions, startIngest } from "./start.ts";
