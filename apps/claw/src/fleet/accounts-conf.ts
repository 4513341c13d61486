/** The accounts of the fleet as nats-server reads them. Pure: the table in, the file's text out. */
import { ACCOUNTS, type Grant, inboxOf, type Service, SERVICES, SYSTEM_SERVICE } from "./accounts.ts";

export type PublicKeys = Readonly<Record<Service, string>>;

/** What stands in the committed file where a deployment has its keys. No server takes it for a key. */
export const placeholderKeys = (): PublicKeys =>
  Object.fromEntries(SERVICES.map((service) => [service, `<public key of ${service}>`])) as PublicKeys;

const HEAD = `# Who may say and hear what. Generated from apps/claw/src/fleet/accounts.ts by \`claw nats config\`; change it there.
# A key is revoked by taking it out and sending the server SIGHUP: its connections are closed at once.
`;

/** The text of accounts.conf. */
export function accountsConf(keys: PublicKeys): string {
  const users = SERVICES.filter((service) => service !== SYSTEM_SERVICE).map((service) =>
    userBlock(service, keys[service]),
  );
  return [
    HEAD,
    "accounts {",
    "  CLAW {",
    "    jetstream: enabled",
    "    users: [",
    ...users,
    "    ]",
    "  }",
    "  SYS {",
    "    users: [",
    userBlock(SYSTEM_SERVICE, keys[SYSTEM_SERVICE]),
    "    ]",
    "  }",
    "}",
    "system_account: SYS",
    "",
  ].join("\n");
}

function userBlock(service: Service, key: string): string {
  const { publish, subscribe, answers } = ACCOUNTS[service];
  return [
    `      # ${service}`,
    `      { nkey: "${key}", permissions: {`,
    `        publish: { allow: ${list([...publish, ...answers.map(inboxOf)])} }`,
    `        subscribe: { allow: ${list(subscribe)} }`,
    "      } }",
  ].join("\n");
}

const list = (subjects: Grant["publish"]): string =>
  `[\n${subjects.map((subject) => `          "${subject}"`).join("\n")}\n        ]`;
