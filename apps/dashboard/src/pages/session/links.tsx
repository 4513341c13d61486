/** Links to where more is known. A page with a list has what is chosen in the fragment, so that a link to it can be kept and sent. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { oneLine, shortId } from "../../words/safe.ts";

export const SessionLink = ({
  sessionId,
  children,
}: {
  readonly sessionId: string;
  readonly children?: ReactNode;
}) => (
  <Link className="link" to="/sessions/$sessionId" params={{ sessionId }}>
    {children ?? <code>{shortId(sessionId)}</code>}
  </Link>
);

export const CommandLink = ({
  commandId,
  children,
}: {
  readonly commandId: string;
  readonly children?: ReactNode;
}) => (
  <Link className="link" to="/commands" hash={commandId} title={oneLine(commandId)}>
    {children ?? <code>{shortId(commandId)}</code>}
  </Link>
);

export const HostLink = ({
  hostId,
  children,
}: {
  readonly hostId: string;
  readonly children?: ReactNode;
}) => (
  <Link className="link" to="/hosts" hash={hostId}>
    {children ?? hostId}
  </Link>
);
