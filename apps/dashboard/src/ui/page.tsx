/** The frame of a page inside the panel: its bar, what it holds, its line of keys. */
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Asof } from "../shell/asof.tsx";
import { Reconnecting } from "../shell/reconnecting.tsx";
import { Icon } from "./icon.tsx";

export interface KeyHint {
  readonly keys: readonly string[];
  readonly does: string;
}

export interface PageProps {
  readonly title: string;
  /** Before the title: where this page hangs, as links. */
  readonly crumbs?: ReactNode | undefined;
  /** Beside the title; without it, how current the page is. */
  readonly aside?: ReactNode | undefined;
  /** At the end of the bar. */
  readonly actions?: ReactNode | undefined;
  readonly hints?: readonly KeyHint[] | undefined;
  /** `bare`: the page pads itself. */
  readonly bare?: boolean | undefined;
  readonly children: ReactNode;
}

export function Page({ title, crumbs, aside, actions, hints = [], bare = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Claw Supervisor`;
  }, [title]);
  return (
    <>
      <header className="bar">
        <Link className="brand only-phone" to="/" aria-label="Claw Supervisor">
          <Icon name="brand" />
        </Link>
        {crumbs}
        <h1 className="trunc">{title}</h1>
        {aside ?? <Asof />}
        <span className="push" />
        {actions}
      </header>
      <Reconnecting />
      {bare ? children : <div className="pad">{children}</div>}
      {hints.length > 0 && <KeyLine hints={hints} />}
    </>
  );
}

export const KeyLine = ({ hints }: { readonly hints: readonly KeyHint[] }) => (
  <footer className="keys" aria-label="Keys">
    {hints.map(({ keys, does }) => (
      <span key={does}>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}{" "}
        {does}
      </span>
    ))}
  </footer>
);
