import { logLaws, logModel } from "@claw/eventlog/contract";
import { openMemoryLog } from "../src/memory-log.ts";

logLaws("in memory", () => ({ open: openMemoryLog(), lasting: false }));
logModel("in memory", () => ({ open: openMemoryLog(), lasting: false }), 20);
