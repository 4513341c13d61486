/** What MCP needs of the views beside what every route reads: the keys of threads, and what sessions may do. */
import type { ViewReader } from "@claw/views";

export type McpSight = Pick<ViewReader, "threadKey" | "rightOf">;
