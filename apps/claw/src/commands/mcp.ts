/** `claw mcp`: the house's MCP server on stdin and stdout, for clients that start a program instead of calling an address. */
import { type Register } from "./shape.ts";

export const registerMcp: Register = (program, { io, target }) => {
  program
    .command("mcp")
    .description("speak MCP on stdin and stdout, passed on to the house's own MCP server")
    .addHelpText("after", EXAMPLES)
    .action(async () => {
      // Loaded for this command alone: the others should not wait for it.
      const { bridge } = await import("../mcp/bridge.ts");
      await bridge(io, target());
    });
};

const EXAMPLES = `
Everything is passed on as it comes, notifications as well, with the token of CLAW_TOKEN_FILE or CLAW_TOKEN. It ends
when its input does.

Example, as a client's configuration:
  {"command": "claw", "args": ["mcp"], "env": {"CLAW_URL": "https://claw.example", "CLAW_TOKEN_FILE": "/run/claw/token"}}
`;
