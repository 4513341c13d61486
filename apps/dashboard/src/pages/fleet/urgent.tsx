/** Who is needed, at most three, each with the one key that helps; the rest is in Attention. */
import { Link } from "@tanstack/react-router";
import { Age } from "../../ui/age.tsx";
import { Icon } from "../../ui/icon.tsx";
import { attentionLook } from "../../ui/tones.ts";
import type { InboxItem } from "../attention/items.ts";

/** A page's worth; more would push the fleet away. */
const MOST = 3;

export interface UrgentProps {
  readonly items: readonly InboxItem[];
}

export const Urgent = ({ items }: UrgentProps) => (
  <section aria-labelledby="urgent-h" className="urgent-box">
    <div className="section-h">
      <h2 className="h" id="urgent-h">
        Needs someone <small>{items.length === 0 ? "nothing does" : "the most urgent first"}</small>
      </h2>
      {items.length > 0 && (
        <Link className="link small push" to="/attention">
          All {items.length} in Attention
        </Link>
      )}
    </div>
    <ul className="urgent">
      {items.slice(0, MOST).map((item) => (
        <UrgentLine key={item.key} item={item} />
      ))}
    </ul>
  </section>
);

const UrgentLine = ({ item }: { readonly item: InboxItem }) => {
  const { glyph, tone, word } = attentionLook(item.kind);
  return (
    <li>
      <span className={`st t-${tone}`}>
        <Icon name={glyph} />
      </span>
      <span className={`kind t-${tone}`}>
        <span className="w mid">{word}</span>
      </span>
      <span className="what">
        <b>{item.title}</b>
        <span className="trunc">
          {item.approval?.kind === "command" ? (
            <>
              wants to run <code>{item.why}</code>
            </>
          ) : (
            item.why
          )}
        </span>
      </span>
      <span className="age">
        <Age at={item.sinceAt} />
      </span>
      <Link className="btn small" to="/attention" search={{ at: item.key }}>
        {item.kind === "waiting" ? "Decide" : "Inspect"}
      </Link>
    </li>
  );
};
