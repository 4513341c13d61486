/** Commands: who asked for what, what was decided and by which rule, and what became of it, the one that was decided last first (EXPERIENCE 4.1.8). */
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { useCursor } from "../../ui/cursor.ts";
import { Field, Segments } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { GridTable } from "../../ui/table.tsx";
import { figure } from "../../words/figures.ts";
import { Because } from "./because.tsx";
import { commandColumns } from "./columns.tsx";
import { EVERYTHING, type Filter, useCommands } from "./use-commands.ts";
import "./commands.css";

const HINTS = [
  { keys: ["j", "k"], does: "move" },
  { keys: ["↵"], does: "open" },
  { keys: ["?"], does: "all keys" },
] as const;

const SHOWN = [
  { value: "all", label: "All" },
  { value: "open", label: "Under way" },
  { value: "accepted", label: "Accepted" },
  { value: "refused", label: "Refused" },
] as const;

export function CommandsPage() {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const read = useCommands(filter);
  const hash = useLocation({ select: ({ hash: fragment }) => fragment });
  const navigate = useNavigate();
  const choose = useCallback(
    (commandId: string): void => void navigate({ to: "/commands", hash: commandId }),
    [navigate],
  );
  const columns = useMemo(() => commandColumns(choose), [choose]);
  const commands = read.commands ?? [];
  const cursor = useCursor(
    commands.map(({ commandId }) => commandId),
    choose,
  );
  return (
    <Page title="Commands" hints={HINTS} bare>
      <Filters filter={filter} onFilter={setFilter} shown={commands.length} hasMore={read.hasOlder} />
      <div className="audit">
        <div className="tbl cmd-tbl">
          {read.commands === undefined && read.error === null && <Loading lines={10} />}
          {read.error !== null && (
            <Failed what="Commands cannot be read" error={read.error} onRetry={read.retry} />
          )}
          {read.commands !== undefined && (
            <GridTable
              caption="Commands, newest first"
              columns={columns}
              rows={commands}
              idOf={idOf}
              cursor={cursor}
              empty={
                <Empty
                  glyph="command"
                  title={filter === EVERYTHING ? "Nobody has asked for anything yet" : "Nothing matches"}
                />
              }
            />
          )}
          {read.hasOlder && (
            <p className="cmd-more">
              <Button small tone="ghost" disabled={read.isLoadingOlder} onClick={read.readOlder}>
                {read.isLoadingOlder ? "Reading earlier ones" : "Read earlier ones"}
              </Button>
            </p>
          )}
        </div>
        <Because
          commandId={hash === "" ? (commands[0]?.commandId ?? null) : hash}
          isChosen={hash !== ""}
          known={commands}
        />
      </div>
    </Page>
  );
}

const idOf = ({ commandId }: { readonly commandId: string }): string => commandId;

interface FiltersProps {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly shown: number;
  readonly hasMore: boolean;
}

function Filters({ filter, onFilter, shown, hasMore }: FiltersProps) {
  return (
    <div className="filters cmd-filters" role="group" aria-label="Filters">
      <Segments
        legend="Show"
        value={filter.shown}
        onValue={(value) => onFilter({ ...filter, shown: value })}
        options={SHOWN}
      />
      <Field
        label="Session"
        placeholder="Session"
        glyph="fleet"
        value={filter.session}
        onValue={(session) => onFilter({ ...filter, session })}
        autoComplete="off"
        spellCheck={false}
      />
      <Field
        label="Host"
        placeholder="Host"
        glyph="host"
        value={filter.host}
        onValue={(host) => onFilter({ ...filter, host })}
        autoComplete="off"
        spellCheck={false}
      />
      <Field
        label="Who"
        placeholder="Who"
        glyph="person"
        value={filter.principal}
        onValue={(principal) => onFilter({ ...filter, principal })}
        autoComplete="off"
        spellCheck={false}
      />
      <span className="push" />
      <span className="muted small num nowrap">
        {figure(shown)}
        {hasMore ? " read" : ""}
      </span>
    </div>
  );
}
