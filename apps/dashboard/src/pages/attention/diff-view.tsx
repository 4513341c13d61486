/** What would be changed: by file, each with its lines; what is no diff is shown as the text that it is. */
import { useMemo } from "react";
import { classes } from "../../ui/class-names.ts";
import { Icon } from "../../ui/icon.tsx";
import { counted } from "../../words/figures.ts";
import { MAX_SHOWN, notShown, plain } from "../../words/safe.ts";
import { blocksOf, type DiffFile, diffFiles, MAX_LINES } from "./diff.ts";

/** Letters of a diff that are read; a card that shows less says so. */
const MAX_DIFF = 200_000;

export function DiffView({ text }: { readonly text: string }) {
  const files = useMemo(() => diffFiles(plain(text, MAX_DIFF)), [text]);
  const missing = notShown(text, files.length === 0 ? MAX_SHOWN : MAX_DIFF);
  if (files.length === 0)
    return (
      <>
        <pre className="code">{plain(text)}</pre>
        {missing !== null && <p className="refused-line">{missing}</p>}
      </>
    );
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return (
    <details className="files" open>
      <summary>
        <Icon name="chevron" size="xs" />
        <Icon name="diff" size="s" />
        What would change <span className="muted">{counted(files.length, "file")}</span>
        <PlusMinus added={added} removed={removed} />
      </summary>
      {files.map((file) => (
        <FileLines key={file.path} file={file} isAlone={files.length === 1} />
      ))}
      {missing !== null && <p className="refused-line">{missing}</p>}
    </details>
  );
}

const PlusMinus = ({ added, removed }: { readonly added: number; readonly removed: number }) => (
  <span className="pm">
    <span className={added > 0 ? "add" : "muted"}>+{added}</span>
    <span className={removed > 0 ? "del" : "muted"}>−{removed}</span>
  </span>
);

const FileLines = ({ file, isAlone }: { readonly file: DiffFile; readonly isAlone: boolean }) => (
  <details className="file" open={isAlone}>
    <summary>
      <code className="trunc">{file.path}</code>
      <PlusMinus added={file.added} removed={file.removed} />
      <span className="blocks" aria-hidden="true">
        {blocksOf(file).map((kind, index) => (
          <i key={index} className={kind} />
        ))}
      </span>
    </summary>
    <pre className="code" tabIndex={0} aria-label={`Changes of ${file.path}`}>
      {file.lines.slice(0, MAX_LINES).map((line, index) => (
        <span key={index} className={classes("dline", line.kind)}>
          {line.text}
          {"\n"}
        </span>
      ))}
      {file.lines.length > MAX_LINES && `… ${file.lines.length - MAX_LINES} more lines`}
    </pre>
  </details>
);
