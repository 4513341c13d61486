/** Saved views, the filter, table or operators, the columns, and the lifecycle's words with how many there are of each. */
import type { RefObject } from "react";
import { type Lifecycle, LIFECYCLES } from "../../api/types.ts";
import { IconButton } from "../../ui/button.tsx";
import { Field, Segments, Views } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { LIFECYCLE_LOOKS } from "../../ui/tones.ts";
import { KeptViewsRow } from "./kept-views-row.tsx";
import type { FleetRow } from "./rows.ts";
import {
  type FleetSearch,
  type FleetSearchChange,
  isInView,
  VIEW_IDS,
  VIEW_NAMES,
  type ViewId,
} from "./views.ts";

export interface ToolsProps {
  readonly rows: readonly FleetRow[];
  readonly search: FleetSearch;
  readonly onSearch: (change: FleetSearchChange) => void;
  readonly me: string | null;
  readonly filterRef: RefObject<HTMLInputElement | null>;
  readonly onColumns: () => void;
}

export const Tools = ({ rows, search, onSearch, me, filterRef, onColumns }: ToolsProps) => (
  <>
    <div className="tools">
      <Views<ViewId>
        label="Saved views"
        value={search.view ?? "all"}
        onValue={(view) => onSearch({ view: view === "all" ? null : view })}
        options={VIEW_IDS.filter((id) => id !== "mine" || me !== null).map((id) => ({
          value: id,
          label: VIEW_NAMES[id],
          count: rows.filter(isInView(id, me)).length,
        }))}
      />
      <span className="push" />
      <Field
        label="Filter sessions"
        look="filter"
        glyph="filter"
        hint="/"
        placeholder="Filter: repo, owner:mara, host:, !not"
        spellCheck={false}
        inputRef={filterRef}
        value={search.q ?? ""}
        onValue={(q) => onSearch({ q: q === "" ? null : q })}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <Segments
        legend="View"
        value={search.by ?? "table"}
        onValue={(by) => onSearch({ by: by === "operator" ? "operator" : null })}
        options={[
          { value: "table", label: "Table" },
          { value: "operator", label: "By operator" },
        ]}
      />
      <span className="hide-phone">
        <IconButton glyph="columns" label="Columns" onClick={onColumns} />
      </span>
    </div>
    <KeptViewsRow search={search} onSearch={onSearch} />
    <Lifecycles rows={rows} search={search} onSearch={onSearch} />
  </>
);

const Lifecycles = ({ rows, search, onSearch }: Pick<ToolsProps, "rows" | "search" | "onSearch">) => (
  <Views<Lifecycle>
    label="Filter by lifecycle"
    className="lc"
    value={search.state ?? null}
    onValue={(state) => onSearch({ state: state === search.state ? null : state })}
    options={LIFECYCLES.map((word) => ({
      value: word,
      tone: `t-${LIFECYCLE_LOOKS[word].tone}`,
      label: (
        <>
          <Icon name={LIFECYCLE_LOOKS[word].glyph} />
          {LIFECYCLE_LOOKS[word].word}
        </>
      ),
      count: rows.filter(({ fleet }) => fleet.status === word).length,
    }))}
  />
);
