/** A line to take along. It says in place that it was taken, and where the browser refuses, the line can be marked by hand. */
import { useEffect, useState } from "react";
import { announce } from "../state/announce.ts";
import { Icon } from "./icon.tsx";

const SAYS_SO_MS = 1_600;

/** Whether `text` was just copied, and how to copy it. */
export function useCopy(text: string): readonly [boolean, () => void] {
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (at === 0) return undefined;
    const timer = setTimeout(() => setAt(0), SAYS_SO_MS);
    return () => clearTimeout(timer);
  }, [at]);
  const copy = () => {
    void copyText(text).then((isDone) => {
      if (isDone) setAt(Date.now());
    });
  };
  return [at !== 0, copy];
}

/** False where the browser does not let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied.");
    return true;
  } catch {
    announce("Not copied: the browser does not allow it here.");
    return false;
  }
}

export function CopyLine({ text }: { readonly text: string }) {
  const [isCopied, copy] = useCopy(text);
  return (
    <span className="copyline">
      <code>{text}</code>
      <button type="button" className="icon" aria-label={`Copy: ${text}`} onClick={copy}>
        <Icon name={isCopied ? "check" : "copy"} size="s" />
      </button>
    </span>
  );
}

/** A short name that stands for a longer line. */
export function CopyId({ shown, text }: { readonly shown: string; readonly text: string | null }) {
  const [isCopied, copy] = useCopy(text ?? "");
  if (text === null) return <span className="idcopy none">{shown}</span>;
  return (
    <button type="button" className="idcopy" title={text} onClick={copy}>
      {shown}
      <span className="vh"> Copy: {text}</span>
      <Icon name={isCopied ? "check" : "copy"} />
    </button>
  );
}
