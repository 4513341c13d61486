/** What the demo's sessions are asked to do: small stories that the scripted model tells, so that a screen has something to show. */

export interface Story {
  /** The folder's and the thread's name. */
  readonly name: string;
  readonly repo: string;
  readonly branch: string;
  /** One message a turn, in the scripted model's verbs; they go round. */
  readonly turns: readonly string[];
  /** Commands wait for somebody's approval. */
  readonly asks?: true;
}

export const stories: readonly Story[] = [
  {
    name: "checkout",
    repo: "acme/shop",
    branch: "feature/one-page-checkout",
    turns: ["SLOW 20", "SHELL ls -la && sleep 2 && git log --oneline | head", "SLOW 12"],
  },
  {
    name: "search",
    repo: "acme/search",
    branch: "fix/empty-query",
    turns: ['SHELL for n in 1 2 3 4 5 6; do echo "case $n ok"; sleep 1; done', "SLOW 25"],
  },
  {
    name: "billing",
    repo: "acme/billing",
    branch: "main",
    turns: ["SLOW 30", "SAY The invoice totals agree with the ledger now; 41 of 41 checks pass.", "SLOW 15"],
  },
  {
    name: "docs",
    repo: "acme/handbook",
    branch: "rewrite/on-call",
    turns: [
      "SHELL wc -w *.md && sleep 3",
      "SLOW 18",
      "SAY Three pages say the same thing; I kept the shortest.",
    ],
  },
  {
    name: "migration",
    repo: "acme/shop",
    branch: "chore/postgres-17",
    turns: ["SLOW 8", "SHELL echo 'apply the migration'", "SLOW 20"],
    asks: true,
  },
];
