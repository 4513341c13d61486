/** Hosts: which are live, what is known of each and what is not, and whether new work is placed on them (EXPERIENCE 4.1.6). */
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useNow } from "../../state/now.ts";
import { useCursor } from "../../ui/cursor.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { GridTable } from "../../ui/table.tsx";
import { tokensOf } from "./cells.tsx";
import { hostColumns } from "./columns.tsx";
import { HostDetail } from "./detail.tsx";
import { sentenceOf } from "./domain/sentence.ts";
import { type HostLine, useHosts } from "./use-hosts.ts";
import "./hosts.css";

const HINTS = [
  { keys: ["j", "k"], does: "move" },
  { keys: ["↵"], does: "open" },
  { keys: ["?"], does: "all keys" },
] as const;

export function HostsPage() {
  const { lines, error, retry } = useHosts();
  return (
    <Page title="Hosts" hints={HINTS}>
      {lines === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed what="Hosts cannot be shown" error={error} onRetry={retry} />
        )
      ) : (
        <Hosts lines={lines} />
      )}
    </Page>
  );
}

/** Which host is chosen stands in the fragment: a link to it can be kept. Without one, the first that is not live is shown. */
function useChosen(lines: readonly HostLine[]): readonly [HostLine | null, (hostId: string) => void] {
  const hash = useLocation({ select: ({ hash: fragment }) => fragment });
  const navigate = useNavigate();
  const silent = lines.find(({ host }) => host.freshness.state !== "live");
  const chosen = lines.find(({ host }) => host.hostId === hash) ?? silent ?? lines[0] ?? null;
  const choose = useCallback(
    (hostId: string): void => void navigate({ to: "/hosts", hash: hostId }),
    [navigate],
  );
  return [chosen, choose];
}

function Hosts({ lines }: { readonly lines: readonly HostLine[] }) {
  const [chosen, choose] = useChosen(lines);
  const mostTokens = Math.max(0, ...lines.map(tokensOf));
  const columns = useMemo(() => hostColumns(choose, mostTokens), [choose, mostTokens]);
  const cursor = useCursor(
    lines.map(({ host }) => host.hostId),
    choose,
  );
  return (
    <div className="hst">
      <Sentence lines={lines} onOpen={choose} />
      <GridTable
        caption="Hosts"
        columns={columns}
        rows={lines}
        idOf={({ host }) => host.hostId}
        cursor={cursor}
        lookOf={({ host }) => (host.freshness.state === "live" ? "" : "stale needs-attention")}
        empty={
          <Empty glyph="host" title="No host has joined yet">
            <p>
              <code>claw host add</code> lets one join.
            </p>
          </Empty>
        }
      />
      {chosen !== null && <HostDetail key={chosen.host.hostId} line={chosen} />}
    </div>
  );
}

function Sentence({
  lines,
  onOpen,
}: {
  readonly lines: readonly HostLine[];
  readonly onOpen: (hostId: string) => void;
}) {
  const now = useNow();
  const pieces = sentenceOf(
    lines.map(({ host }) => host),
    now,
  );
  return (
    <p className="lede hst-lede">
      {pieces.map((piece, index) => {
        const key = `${index}/${piece.kind}`;
        if (piece.kind === "words") return <span key={key}>{piece.text.replaceAll("`", "")}</span>;
        if (piece.kind === "figure") return <b key={key}>{piece.text}</b>;
        return (
          <button type="button" className="hst-link" key={key} onClick={() => onOpen(piece.hostId)}>
            {piece.text}
          </button>
        );
      })}
    </p>
  );
}
