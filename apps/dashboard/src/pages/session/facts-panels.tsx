/** What a session used, and what it says of its own work. */
import { useQuery } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import type { Paged, ProgressView, SessionView } from "../../api/types.ts";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { roughly } from "../../words/figures.ts";
import { oneLine, plain } from "../../words/safe.ts";

export function TokensPanel({ session: { usage } }: { readonly session: SessionView }) {
  if (usage === null) return null;
  const { totalTokens, inputTokens, cachedInputTokens, outputTokens, contextWindow } = usage;
  return (
    <section>
      <h2 className="h">Tokens</h2>
      <div className="ses-tokens">
        <p className="row small">
          <span>In all</span>
          <span className="push num">
            <b className="mid">{roughly(totalTokens)}</b>
            {contextWindow !== null && (
              <span className="muted"> with a window of {roughly(contextWindow)}</span>
            )}
          </span>
        </p>
        <Bar
          share={totalTokens === 0 ? 0 : cachedInputTokens / totalTokens}
          label={`${roughly(cachedInputTokens)} of ${roughly(totalTokens)} came from the cache`}
        />
        <p className="small muted num">
          {roughly(inputTokens)} in, {roughly(cachedInputTokens)} of them cached, {roughly(outputTokens)} out
        </p>
      </div>
    </section>
  );
}

const progressQuery = (sessionId: string) => ({
  queryKey: [...KEYS.sessions, sessionId, "progress"],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
    request<{ readonly reports: readonly ProgressView[] } & Paged>(
      `/api/sessions/${encodeURIComponent(sessionId)}/progress`,
      { signal },
    ),
  staleTime: Infinity,
  retry: false,
});

/** What it said of its own work, the newest first (S1-166). */
export function ProgressPanel({ session }: { readonly session: SessionView }) {
  const { data } = useQuery(progressQuery(session.sessionId));
  const reports = data?.reports.toReversed() ?? [];
  if (session.purpose === null && reports.length === 0) return null;
  return (
    <section>
      <h2 className="h">Its own word</h2>
      {session.purpose !== null && <p className="quote ses-purpose">{oneLine(session.purpose, 400)}</p>}
      <ol className="ses-reports">
        {reports.map((report) => (
          <li key={report.at}>
            <p className="row small">
              <b className="mid">{report.state}</b>
              {report.phase !== null && <span className="muted">{oneLine(report.phase, 60)}</span>}
              <span className="push num muted">
                {report.percent !== null && `${report.percent}\u00a0%, `}
                <Age at={report.at} />
              </span>
            </p>
            {report.percent !== null && <Bar share={report.percent / 100} />}
            {report.note !== null && <p className="small soft ses-note">{plain(report.note, 600)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
