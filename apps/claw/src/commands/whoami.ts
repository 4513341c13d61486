/** `claw whoami`: as whom the house takes the caller, and until when. */
import { EXIT } from "@claw/runtime";
import { Option } from "commander";
import { z } from "zod";
import { get } from "../client/http.ts";
import { CommandFailed } from "../io.ts";
import { oneLine, safeJson } from "../render/terminal.ts";
import type { Register } from "./shape.ts";

const Me = z.looseObject({
  principal: z.looseObject({
    kind: z.string(),
    name: z.string(),
    role: z.string(),
    group: z.string().nullish(),
  }),
  until: z.string().nullable(),
});

export const registerWhoAmI: Register = (program, { io, target }) => {
  program
    .command("whoami")
    .description("as whom the house takes you, in which role, and until when")
    .addOption(
      new Option("-o, --output <format>", "how to write it").choices(["text", "json"]).default("text"),
    )
    .action(async ({ output }: { readonly output: string }) => {
      const read = Me.safeParse(await get(target(), "/api/me"));
      if (!read.success)
        throw new CommandFailed(
          EXIT.fault,
          "The server does not say who you are: is CLAW_URL a Claw Supervisor?",
        );
      if (output === "json") return io.out(`${safeJson(read.data, 2)}\n`);
      const { principal, until } = read.data;
      const { kind, name, role, group } = principal;
      const where = group === undefined || group === null ? "" : ` of ${group}`;
      return io.out(
        `${oneLine(`${kind}/${name}, ${role}${where}, ${until === null ? "for good" : `until ${until}`}`)}\n`,
      );
    });
};
