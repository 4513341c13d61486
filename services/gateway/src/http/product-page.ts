/** What answers by the name of the product: a page that says what it is, and nothing else (F1-175). */

/** Plain: no script, no style, nothing of this house but where it answers, where that is told to people anyway (`CLAW_PUBLIC_URL`). */
export const productPage = (publicOrigin: string | null): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Claw Supervisor</title></head>
<body>
<h1>Claw Supervisor</h1>
<p>Codex sessions on many hosts, in one look: what runs, whose it is, what it waits for, and who may write to it.</p>
${publicOrigin === null ? "" : `<p>This one answers at <a href="${publicOrigin}/">${publicOrigin}</a>.</p>\n`}</body>
</html>
`;
