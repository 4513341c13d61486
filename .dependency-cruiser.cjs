/**
 * The arrows of ARCHITECTURE.md, checked by machine. A rule here is the rule; the page only explains it.
 * Run by `npm run imports`, which also fails when nothing was cruised.
 */
const lib = (name) => `^libs/${name}/`;
const SERVICES = ["connector", "ingest", "projector", "policy", "gateway"];
const NODE_IO =
  "^(node:)?(fs|net|http|https|http2|child_process|dgram|tls|worker_threads|cluster|os|process)(/|$)";

/** Which of our packages each may import. Nothing else of ours. */
const MAY_IMPORT = {
  events: [],
  redact: [],
  sqlite: [],
  runtime: [],
  "codex-rpc": [],
  eventlog: ["events", "runtime", "sqlite"],
  archives: ["events", "eventlog"],
  wire: ["events", "runtime"],
  views: ["events", "redact", "runtime", "sqlite"],
  connector: ["events", "redact", "runtime", "sqlite", "codex-rpc", "wire"],
  ingest: ["events", "redact", "runtime", "eventlog", "wire"],
  projector: ["events", "runtime", "eventlog", "archives", "wire", "views"],
  policy: ["events", "redact", "runtime", "eventlog", "wire"],
  gateway: ["events", "redact", "runtime", "eventlog", "archives", "wire", "views"],
};

const folderOf = (name) => (SERVICES.includes(name) ? "services" : "libs");
const pathOf = (name) => `${folderOf(name)}/${name}/`;

const arrows = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `arrows-of-${name}`,
  comment: `${name} may import ${allowed.length > 0 ? allowed.join(", ") : "no package of ours"}`,
  severity: "error",
  from: { path: `^${pathOf(name)}src/` },
  to: { path: "^(libs|services|apps)/", pathNot: [name, ...allowed].map((other) => `^${pathOf(other)}`) },
}));

module.exports = {
  forbidden: [
    ...arrows,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "packages-by-name",
      comment: "a package is entered through its index (or an entry that its package.json exports)",
      severity: "error",
      from: { path: "^(libs|services|apps)/([^/]+)/" },
      to: {
        path: "^(libs|services)/([^/]+)/src/",
        pathNot: [
          "^$1/$2/",
          "/src/index\\.ts$",
          "/src/(contract|formats|protocol|arbitraries|nats|backtest)/index\\.ts$",
          "/src/(memory-log|relay|stopwatch)\\.ts$",
        ],
      },
    },
    {
      name: "events-imports-zod-only",
      comment: "the vocabulary is pure; its one primitive is SHA-256",
      severity: "error",
      from: { path: lib("events") + "src/", pathNot: "src/digest\\.ts$" },
      to: { pathNot: [lib("events"), "node_modules/zod/"] },
    },
    {
      name: "domain-is-pure",
      comment: "a folder named domain reaches no I/O and no Effect, however many steps away",
      severity: "error",
      from: { path: "/src/domain/" },
      to: { reachable: true, path: [NODE_IO, "node_modules/(effect|ws|better-sqlite3|pino|hono|@hono)/"] },
    },
    {
      name: "sqlite-in-few-hands",
      comment: "other services use eventlog's fold",
      severity: "error",
      from: {
        path: "^(libs|services|apps)/[^/]+/src/",
        pathNot: ["^libs/(sqlite|eventlog|views)/", "^services/connector/"],
      },
      to: { path: ["node_modules/better-sqlite3/", "^libs/sqlite/"] },
    },
    {
      name: "nats-in-two-hands",
      severity: "error",
      from: { pathNot: "^libs/(eventlog|wire)/" },
      to: { path: "node_modules/@nats-io/" },
    },
    {
      name: "testkit-only-in-tests",
      severity: "error",
      from: {
        path: "^(libs|services|apps)/[^/]+/src/",
        pathNot: ["^libs/testkit/", "^apps/claw/src/house/demo"],
      },
      to: { path: "^libs/testkit/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^apps/dashboard/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
