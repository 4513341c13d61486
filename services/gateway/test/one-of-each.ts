/** A house with one thing of each kind that a path can name, and the paths to them. */
import {
  approvalRow,
  commandRow,
  endpointRow,
  host,
  leaseRow,
  type makeFakeViews,
  sessionRow,
} from "./fake-house.ts";
import { archiveRow, runtimeRow } from "./fake-registry.ts";

type Changes = Parameters<ReturnType<typeof makeFakeViews>["commit"]>[0];

/** Rows by those names that `filled` puts into a path. */
export const ONE_OF_EACH: Changes = [
  ["hosts", "h1", host],
  ["endpoints", "h1/main", endpointRow],
  ["sessions", "s1", sessionRow("s1")],
  ["runtimes", "r1", runtimeRow("r1")],
  ["archives", "s1", archiveRow("s1")],
  ["commands", "c1", commandRow("c1")],
  ["leases", "l1", leaseRow("l1")],
  ["approvals", "s1/0-a", approvalRow("0-a")],
];

const NAMES: Readonly<Record<string, string>> = {
  sessionId: "s1",
  hostId: "h1",
  commandId: "c1",
  leaseId: "l1",
  runtimeId: "r1",
  requestId: "0-a",
  file: "summary.json",
};

/** The path of a route about them; `others` where another one is meant. */
export const filled = (path: string, others: Readonly<Record<string, string>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) => others[name] ?? NAMES[name] ?? "");
