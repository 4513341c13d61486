#!/usr/bin/env node
import "../../../scripts/ensure-node.mjs";

await import("../src/main.ts");
