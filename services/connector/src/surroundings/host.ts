/** The machine as the connector finds it (S1-060, S1-152). */
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import type { DataOf } from "@claw/events";
import { VERSION } from "@claw/runtime";

/** `workspaceRoots` are real paths, of folders that there are. */
export const describeHost = (workspaceRoots: readonly string[]): DataOf<"host.described"> => ({
  hostname: hostname().slice(0, 255),
  platform: platform(),
  osRelease: release().slice(0, 255),
  arch: arch(),
  cpus: cpus().length,
  memoryBytes: totalmem(),
  connectorVersion: VERSION,
  nodeVersion: process.versions.node,
  workspaceRoots: [...workspaceRoots],
});
