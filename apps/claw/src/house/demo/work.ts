/** What the demo's sessions are asked to do: small stories that the scripted model tells, so that a screen has something to show. */

/** What a person asks, and what the scripted model then does, in its own verbs. */
export interface Ask {
  readonly says: string;
  readonly does: string;
}

export interface Story {
  /** The folder's and the thread's name. */
  readonly name: string;
  readonly repo: string;
  readonly branch: string;
  /** One ask a turn; they go round. */
  readonly asks: readonly Ask[];
  /** Commands wait for somebody's approval. */
  readonly isCareful?: true;
}

export const stories: readonly Story[] = [
  {
    name: "checkout",
    repo: "acme/shop",
    branch: "feature/one-page-checkout",
    asks: [
      {
        says: "Make the checkout one page. Keep the address book.",
        does: "TELL 25 I read the four checkout templates. Address, delivery and payment share one form state, so I will lift that into a single reducer and keep the address book as a drawer. First the reducer, then the page, then the tests that still expect three steps.",
      },
      { says: "Which files does that touch?", does: "SHELL ls -la && sleep 3" },
      {
        says: "Good. Go on.",
        does: "TELL 20 The reducer is in place and eleven of twelve tests pass. The last one checks a redirect that no longer exists; I am rewriting it to check the drawer instead.",
      },
    ],
  },
  {
    name: "search",
    repo: "acme/search",
    branch: "fix/empty-query",
    asks: [
      {
        says: "An empty query returns everything. Find out why.",
        does: 'SHELL for n in 1 2 3 4 5 6 7 8; do echo "case $n ok"; sleep 1; done',
      },
      {
        says: "And the fix?",
        does: "TELL 25 The parser gives an empty list of terms, and the ranker treats no terms as a match for all. An empty list now means no results, and the page says so. I added the case to the table of queries.",
      },
    ],
  },
  {
    name: "billing",
    repo: "acme/billing",
    branch: "main",
    asks: [
      {
        says: "Do the invoice totals agree with the ledger?",
        does: "TELL 30 I am adding up 41 invoices of last month in integer cents. Thirty-nine agree. Two differ by one cent each: both were rounded per line instead of once at the end.",
      },
      {
        says: "Fix the rounding.",
        does: "TELL 20 Rounding happens once now, at the end. All 41 totals agree with the ledger.",
      },
    ],
  },
  {
    name: "handbook",
    repo: "acme/handbook",
    branch: "rewrite/on-call",
    asks: [
      { says: "How long are the on-call pages?", does: "SHELL wc -w *.md && sleep 6" },
      {
        says: "Make them one page.",
        does: "TELL 25 Three pages say the same thing in different words. I kept the shortest, moved the phone numbers to the top, and left a line in each of the others that points there.",
      },
    ],
  },
  {
    name: "migration",
    repo: "acme/shop",
    branch: "chore/postgres-17",
    asks: [
      {
        says: "Plan the move to Postgres 17.",
        does: "TELL 9 One table uses a removed setting. The rest is a dump and a restore.",
      },
      { says: "Apply it to staging.", does: "SHELL echo 'apply the migration to staging'" },
    ],
    isCareful: true,
  },
];

/** What the supervisor itself has done, by a session that it spawns. */
export const errand = {
  name: "release-notes",
  repo: "acme/shop",
  branch: "main",
  purpose: "Write the release notes",
  says: "Write the release notes of last week, and report how far you are.",
  does: `CALL mcp__openclaw_codex_supervisor claw_report_progress ${JSON.stringify({
    state: "working",
    percent: 60,
    phase: "merged changes",
    text: "Twelve of twenty changes are sorted into new, fixed and removed.",
  })}`,
} as const;

/** What the model does when a person of a story says this, or the supervisor. */
export const scriptOf = (text: string): string | undefined =>
  text === errand.says
    ? errand.does
    : stories.flatMap((story) => story.asks).find((ask) => ask.says === text)?.does;
