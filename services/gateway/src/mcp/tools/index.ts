/** Every tool, in the order in which it is listed: the same for every caller, because who may do what is decided in the call (RELIABILITY §8). */
import { endpointProbe } from "./endpoint-probe.ts";
import { clawAsk, handoff } from "./not-in-use.ts";
import { reportProgress } from "./report-progress.ts";
import { sessionInterrupt } from "./session-interrupt.ts";
import { sessionRead } from "./session-read.ts";
import { sessionSend } from "./session-send.ts";
import { sessionsList } from "./sessions-list.ts";
import { spawn } from "./spawn.ts";
import type { Tool } from "./tool.ts";

export const tools: readonly Tool[] = [
  sessionsList,
  sessionRead,
  sessionSend,
  sessionInterrupt,
  endpointProbe,
  reportProgress,
  clawAsk,
  spawn,
  handoff,
];
