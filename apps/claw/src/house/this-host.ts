/** What this machine is called. */
import { hostname } from "node:os";
import { HostId } from "@claw/events";

/** The machine's name as a host id: lower case, without the domain, other characters as hyphens. */
export function hostIdOf(name: string): HostId {
  const [label = ""] = name.toLowerCase().split(".");
  const id = label
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 63);
  return HostId.parse(id === "" ? "localhost" : id);
}

export const thisHostId = (): HostId => hostIdOf(hostname());
