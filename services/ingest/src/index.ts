export { INGEST_LIMITS, type IngestLimits } from "./limits.ts";
export type { IngestOptions } from "./options.ts";
export type { ConnectedHost } from "./overlay.ts";
export { type IngestSettings, ingestSettings } from "./settings.ts";
export { type Ingest, startIngest } from "./start.ts";
