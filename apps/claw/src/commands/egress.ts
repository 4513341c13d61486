/** `claw egress`: the redacted summaries of egress policies, which other systems enforce (F1-086…F1-103, ADR 0014). */
import { at, text } from "../render/columns.ts";
import { oneLine } from "../render/terminal.ts";
import type { Register } from "./shape.ts";
import { readSpec, refuseMisshapen } from "./spec-file.ts";
import { submit } from "./submit.ts";

export const registerEgress: Register = (program, { io, target }) => {
  const group = program
    .command("egress")
    .description("say what sandboxes may reach; a secret has no field here");
  group
    .command("register")
    .description("register the policy of one sandbox; it takes the place of the one before")
    .requiredOption("-f, --file <file>", "the policy as JSON, - for standard input")
    .addHelpText("after", HELP)
    .action(async ({ file }: { readonly file: string }) => {
      const command = { ...(await readSpec(io, file)), type: "egress.register" };
      refuseMisshapen(command);
      await submit(target(), command);
      io.say(oneLine(`the policy of ${text(at(command, "sandboxId"))} is registered`));
    });
};

const HELP = `
The file, with every field that there is:
  {
    "sandboxId": "sbx-7", "sessionId": "desk-7", "aliases": ["desk-7"], "owner": "ann",
    "allowedHosts": ["api.github.com", "*.npmjs.org"], "githubRepo": "acme/app",
    "githubCredentialSource": "session", "hasGithubToken": true, "hasGithubRepoNodeId": false,
    "hasOpenaiOrg": false, "openaiBaseUrlHost": "api.openai.com"
  }
A key that is not among them is refused by name, and nothing is sent.

Examples:
  $ claw egress register -f policy.json
  $ my-sandbox policy --json | claw egress register -f -
`;
