/** `claw login`: from a token on this machine into a browser. The link goes to stdout, so that it can be handed to whatever opens it. */
import { askLoginLink } from "../client/login-link.ts";
import type { Register } from "./shape.ts";

export const registerLogin: Register = (program, { io, target }) => {
  program
    .command("login")
    .alias("login-link")
    .description("a link that signs you in to the dashboard: good once, for ten minutes")
    .addHelpText("after", EXAMPLES)
    .action(async () => {
      const { url } = await askLoginLink(target());
      io.out(`${url}\n`);
      io.say("Open it in a browser: it is good once, within ten minutes, at the gateway that made it.");
    });
};

const EXAMPLES = `
Examples:
  $ claw login
  $ xdg-open "$(claw login)"
`;
