/** How a runtime is registered, for tests. */
import type { Json } from "@claw/events";
import { policyFact, type Step } from "./acting.ts";

export const facts = {
  runtime: "container",
  backing: "vnc",
  status: "ready",
  repo: null,
  branch: null,
  owner: "ann",
  attachUrl: "ssh://box.example.invalid",
  vnc: false,
  leaseId: "lease-1",
  leaseUntil: null,
  sandboxId: "box-1",
  hostId: null,
};
export type More = { readonly [key: string]: Json };
export const registered = (revision: number, more: More = {}): Step =>
  policyFact("runtime.registered", { runtimeId: "r1", revision, ...facts, ...more });
