export { ProjectingStopped, type ProjectorFault, ViewsUnavailable } from "./faults.ts";
export { type Projector, type ProjectorOptions, startProjector } from "./projector.ts";
export type { Rebuilt } from "./rebuild.ts";
