/** Find or run: sessions, hosts, what the page's keys do, and places. It shows the keys, so that people stop needing it. */
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import { classes } from "../ui/class-names.ts";
import { idFrom } from "../ui/cursor.ts";
import { type Finding, type FoundGroup, findIn, piecesOf } from "./find.ts";
import { useFindings } from "./use-findings.ts";

export function Palette({ first, onClose }: { readonly first: string; readonly onClose: () => void }) {
  const [asked, setAsked] = useState(first);
  const { groups, at, onKeyDown, run } = useFound(asked, onClose);
  const list = useId();
  return (
    <div
      className="scrim"
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="palette" role="dialog" aria-modal="true" aria-label="Find or run" onKeyDown={onKeyDown}>
        <label className="q">
          <Icon name="search" />
          <span className="vh">Find or run</span>
          <input
            // The palette is opened to be typed into.
            autoFocus
            role="combobox"
            aria-expanded="true"
            aria-controls={list}
            aria-activedescendant={at === null ? undefined : `${list}-${at}`}
            value={asked}
            spellCheck={false}
            onChange={(event) => setAsked(event.target.value)}
          />
          <kbd>esc</kbd>
        </label>
        <div id={list} role="listbox" aria-label="Results" className="results">
          {groups.map((found) => (
            <FoundList key={found.group} found={found} asked={asked} list={list} at={at} onRun={run} />
          ))}
          {groups.length === 0 && <p className="none">Nothing matches.</p>}
        </div>
        <PaletteFoot />
      </div>
    </div>
  );
}

/** What is found, which of it is meant, and the keys that move and run it. Focus stays where it is typed, and comes back to where it was. */
function useFound(asked: string, onClose: () => void) {
  const [wanted, setWanted] = useState<string | null>(null);
  const all = useFindings();
  const groups = useMemo(() => findIn(all, asked), [all, asked]);
  const flat = groups.flatMap(({ findings }) => findings);
  const ids = flat.map(({ id }) => id);
  const at = wanted !== null && ids.includes(wanted) ? wanted : (ids[0] ?? null);
  useEffect(() => {
    const before = document.activeElement;
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  const run = (finding: Finding | undefined): void => {
    if (finding === undefined) return;
    onClose();
    finding.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = STEPS[event.key];
    if (steps !== undefined) setWanted(idFrom(ids, at, steps));
    else if (event.key === "Enter") run(flat.find(({ id }) => id === at));
    else if (event.key === "Escape") onClose();
    // Nothing else in it takes the focus.
    else if (event.key !== "Tab") return;
    event.preventDefault();
  };
  return { groups, at, onKeyDown, run };
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

interface FoundListProps {
  readonly found: FoundGroup;
  readonly asked: string;
  readonly list: string;
  readonly at: string | null;
  readonly onRun: (finding: Finding) => void;
}

const FoundList = ({ found: { group, findings }, asked, list, at, onRun }: FoundListProps) => (
  <ul role="group" aria-label={group}>
    <li className="gh" aria-hidden="true">
      {group}
    </li>
    {findings.map((finding) => (
      <Found
        key={finding.id}
        finding={finding}
        asked={asked}
        elementId={`${list}-${finding.id}`}
        isAt={finding.id === at}
        onRun={() => onRun(finding)}
      />
    ))}
  </ul>
);

interface FoundProps {
  readonly finding: Finding;
  readonly asked: string;
  readonly elementId: string;
  readonly isAt: boolean;
  readonly onRun: () => void;
}

const Found = ({ finding, asked, elementId, isAt, onRun }: FoundProps) => (
  <li
    id={elementId}
    role="option"
    aria-selected={isAt}
    onMouseDown={(event) => event.preventDefault()}
    onClick={onRun}
  >
    <span className={classes(finding.tone !== undefined && `t-${finding.tone}`)}>
      <Icon name={finding.glyph} />
    </span>
    <span className="m">
      <b>
        {piecesOf(finding.name, asked).map(({ text, isHit }) =>
          isHit ? <mark key={text}>{text}</mark> : text,
        )}
      </b>
      <small>{finding.about}</small>
    </span>
    <span className="end">{finding.hint !== undefined && <kbd>{finding.hint}</kbd>}</span>
  </li>
);

const PaletteFoot = () => (
  <footer>
    <span>
      <kbd>↑</kbd>
      <kbd>↓</kbd> move
    </span>
    <span>
      <kbd>↵</kbd> open
    </span>
    <span>
      <kbd>&gt;</kbd> what can be done here
    </span>
    <span>
      <kbd>:</kbd> places
    </span>
    <span>
      <kbd>#</kbd> hosts
    </span>
  </footer>
);
