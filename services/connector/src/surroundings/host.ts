/** The machine as the connector finds it (S1-060, S1-152). */
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import type { DataOf } from "@claw/events";

export const CONNECTOR_VERSION = "0.1.0";

export const describeHost = (): DataOf<"host.described"> => ({
  hostname: hostname().slice(0, 255),
  platform: platform(),
  osRelease: release().slice(0, 255),
  arch: arch(),
  cpus: cpus().length,
  memoryBytes: totalmem(),
  connectorVersion: CONNECTOR_VERSION,
  nodeVersion: process.versions.node,
});
