/** A stream of one view of one session. With `after` it tells only what changed since that position; without, all rows there are. It ends with its component. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { LiveConnection, type Standing } from "../../live/connection.ts";

export interface StreamAsk {
  readonly view: "items" | "turns";
  readonly sessionId: string;
  readonly after?: number;
}

const NEVER = (): (() => void) => () => undefined;

/** Null while there is none. */
export function useStream(ask: StreamAsk | null): Standing | null {
  const [connection, setConnection] = useState<LiveConnection | null>(null);
  const view = ask?.view;
  const sessionId = ask?.sessionId;
  const after = ask?.after;
  useEffect(() => {
    if (view === undefined || sessionId === undefined) return undefined;
    const own = new LiveConnection({ views: [view], sessionId, ...(after !== undefined && { after }) });
    setConnection(own);
    own.open();
    return () => {
      own.close();
      setConnection(null);
    };
  }, [view, sessionId, after]);
  return useSyncExternalStore(connection?.subscribe ?? NEVER, () => connection?.standing() ?? null);
}
