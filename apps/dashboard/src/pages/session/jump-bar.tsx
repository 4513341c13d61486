/** Finding and jumping in a transcript: words, what went wrong, what people said. Of what was not read yet it says so. */
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { counted } from "../../words/figures.ts";
import type { TranscriptRow } from "./domain/rows.ts";
import { type Landmark, landmarks, nextPlace, placesOf } from "./domain/search.ts";

export interface JumpBarProps {
  readonly rows: readonly TranscriptRow[];
  readonly total: string;
  /** Where the last jump led. */
  readonly at: number;
  /** Everything there is was read, so that what is not found is not there. */
  readonly isWhole: boolean;
  readonly onGo: (place: number) => void;
}

export function JumpBar({ rows, total, at, isWhole, onGo }: JumpBarProps) {
  const [words, setWords] = useState("");
  const places = useMemo(() => placesOf(rows, words), [rows, words]);
  const id = useId();
  const go = (found: readonly number[], step: 1 | -1): void => {
    const place = nextPlace(found, at, step);
    if (place !== null) onGo(place);
  };
  const onKey = ({ key, shiftKey }: KeyboardEvent): void => {
    if (key === "Enter") go(places, shiftKey ? 1 : -1);
    if (key === "Escape") setWords("");
  };
  const jump = (landmark: Landmark): void => go(landmarks(rows, landmark), -1);
  return (
    <nav className="jump" aria-label="Jump in the transcript">
      <span className="hide-phone">Jump to</span>
      <Button tone="ghost" glyph="failing" onClick={() => jump("error")}>
        Error
      </Button>
      <Button tone="ghost" glyph="person" onClick={() => jump("person")}>
        Human input
      </Button>
      <span className="push num hide-phone">{words === "" ? total : found(places.length, isWhole)}</span>
      <label className="field ses-find" htmlFor={id}>
        <Icon name="search" size="s" />
        <span className="vh">Find in the transcript</span>
        <input
          id={id}
          value={words}
          placeholder="Find"
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setWords(target.value)}
          onKeyDown={onKey}
        />
      </label>
      {words !== "" && (
        <>
          <span className="vh" role="status">
            {found(places.length, isWhole)}
          </span>
          <IconButton glyph="chevron" label="The one before" onClick={() => go(places, -1)} />
          <IconButton glyph="down" label="The next one" onClick={() => go(places, 1)} />
        </>
      )}
    </nav>
  );
}

const found = (count: number, isWhole: boolean): string =>
  `${counted(count, "place")}${isWhole ? "" : " in what was read"}`;
