/** Views that somebody named: one press to go there, and one to forget. */
import { useMemo, useState } from "react";
import { usePref } from "../../state/prefs.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import {
  isSameSearch,
  isWorthKeeping,
  type KeptView,
  keptViews,
  MAX_NAME,
  withoutView,
  withView,
} from "./kept-views.ts";
import type { FleetSearch, FleetSearchChange } from "./views.ts";

export interface KeptViewsRowProps {
  readonly search: FleetSearch;
  readonly onSearch: (change: FleetSearchChange) => void;
}

export function KeptViewsRow({ search, onSearch }: KeptViewsRowProps) {
  const [kept, keep] = usePref("fleet.views");
  const [isNaming, setNaming] = useState(false);
  const views = useMemo(() => keptViews(kept), [kept]);
  const at = views.find((view) => isSameSearch(view.search, search));
  const store = (next: readonly KeptView[]): void => keep(next.length === 0 ? null : JSON.stringify(next));
  const canKeep = at === undefined && isWorthKeeping(search);
  if (views.length === 0 && !canKeep) return null;
  return (
    <div className="views kept" role="group" aria-label="Views that you named">
      {views.map((view) => (
        <button
          key={view.name}
          type="button"
          aria-pressed={view === at}
          onClick={() => onSearch({ view: null, state: null, q: null, by: null, ...view.search })}
        >
          {view.name}
        </button>
      ))}
      {at !== undefined && (
        <IconButton
          glyph="x"
          label={`Forget the view ${at.name}`}
          onClick={() => store(withoutView(views, at.name))}
        />
      )}
      {canKeep && (
        <Button small tone="ghost" glyph="plus" onClick={() => setNaming(true)}>
          Save this view…
        </Button>
      )}
      {isNaming && (
        <NameDialog
          onName={(name) => {
            store(withView(views, { name, search }));
            setNaming(false);
          }}
          onClose={() => setNaming(false)}
        />
      )}
    </div>
  );
}

interface NameDialogProps {
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

function NameDialog({ onName, onClose }: NameDialogProps) {
  const [name, setName] = useState("");
  const isReady = name.trim() !== "";
  return (
    <Dialog
      title="Save this view"
      onClose={onClose}
      footer={
        <>
          <Field
            label="Name"
            placeholder="A name for it"
            maxLength={MAX_NAME}
            value={name}
            onValue={setName}
            onKeyDown={(event) => {
              if (event.key === "Enter" && isReady) onName(name.trim());
            }}
          />
          <Button tone="primary" disabled={!isReady} onClick={() => onName(name.trim())}>
            Save
          </Button>
        </>
      }
    >
      <p className="soft">The filter as it is now, under a name. It is kept in this browser.</p>
    </Dialog>
  );
}
