/** Tool calls, folded: each to one line, and many in a row to one line together. What they said in full is there when it is opened. */
import type { GlyphName } from "../../ui/glyphs.ts";
import { Icon } from "../../ui/icon.tsx";
import { ageOf } from "../../words/age.ts";
import { figure } from "../../words/figures.ts";
import { oneLine, plain } from "../../words/safe.ts";
import { itemKey } from "./domain/rows.ts";
import { diffLines, isFolded, sumOf, sumResult, toolBody, type ToolLine, toolLine } from "./domain/tools.ts";
import { useFold } from "./folds.ts";
import type { ItemShape } from "./shapes.ts";

/** Lines of output that a page shows; an output of a host is at most 32 KiB. */
const MAX_LINES = 400;

export function Tools({
  items,
  foldKey,
}: {
  readonly items: readonly ItemShape[];
  readonly foldKey: string;
}) {
  const [isOpen, setOpen] = useFold(foldKey);
  if (!isFolded(items))
    return (
      <div className="tools-list indent">
        {items.map((item) => (
          <Tool item={item} key={itemKey(item)} />
        ))}
      </div>
    );
  return (
    <div className="tools-list indent">
      <details className="tool" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <Icon name="chevron" />
          <Icon name="terminal" />
          <span className="sum">{sumOf(items)}</span>
          <Result {...sumResult(items)} />
        </summary>
        {isOpen && items.map((item) => <Tool item={item} key={itemKey(item)} />)}
      </details>
    </div>
  );
}

function Tool({ item }: { readonly item: ItemShape }) {
  const [isOpen, setOpen] = useFold(itemKey(item));
  const line = toolLine(item);
  const glyph: GlyphName = line.glyph;
  const what = oneLine(line.what, 240);
  return (
    <details className="tool" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        <Icon name={glyph} />
        {line.isCode ? <code className="trunc">{what}</code> : <span className="trunc">{what}</span>}
        <Result {...line} />
      </summary>
      {isOpen && <Body item={item} />}
    </details>
  );
}

const RESULT_TONES: Readonly<Record<ToolLine["tone"], string | undefined>> = {
  ok: "ok",
  bad: "bad",
  open: "ses-open",
  plain: undefined,
};

const Result = ({ result, tone, durationMs }: Pick<ToolLine, "result" | "tone" | "durationMs">) => (
  <>
    <span className="res">
      <span className={RESULT_TONES[tone]}>{oneLine(result, 40)}</span>
    </span>
    <span className="res d">{durationMs === null || durationMs === 0 ? "" : shortly(durationMs)}</span>
  </>
);

const shortly = (ms: number): string => (ms < 60_000 ? `${(ms / 1_000).toFixed(1)}\u00a0s` : ageOf(ms));

function Body({ item }: { readonly item: ItemShape }) {
  const { command, text, output, paths, cutBytes } = toolBody(item);
  const isNothing = command === null && text === null && output === null && paths.length === 0;
  return (
    <div className="out" tabIndex={0} role="region" aria-label="What it did">
      {command !== null && <div>{`$ ${plain(command)}`}</div>}
      {text !== null && <div>{plain(text)}</div>}
      {paths.map((path) => (
        <div key={path}>{oneLine(path)}</div>
      ))}
      {output !== null && <Output text={output} isDiff={item.paths.length > 0 && item.command === null} />}
      {isNothing && <div className="more">It said nothing.</div>}
      {cutBytes > 0 && <div className="more">{figure(cutBytes)} bytes more were cut on its host.</div>}
    </div>
  );
}

const DIFF_TONES = { add: "add", del: "del", head: "more", same: undefined } as const;

function Output({ text, isDiff }: { readonly text: string; readonly isDiff: boolean }) {
  const shown = plain(text);
  if (!isDiff) return <div>{shown}</div>;
  const lines = diffLines(shown);
  const rest = lines.length - MAX_LINES;
  return (
    <>
      {lines.slice(0, MAX_LINES).map(({ text: line, tone }, index) => (
        <div className={DIFF_TONES[tone]} key={index}>
          {line === "" ? " " : line}
        </div>
      ))}
      {rest > 0 && <div className="more">{figure(rest)} more lines</div>}
    </>
  );
}
