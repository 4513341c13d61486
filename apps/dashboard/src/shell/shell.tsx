/** What stands around every page: rail or tabs, the panel, the palette, the map of keys, and the one line for those who listen. */
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { LiveConnection } from "../live/connection.ts";
import { freshenBy } from "../live/freshen.ts";
import { FLEET_ASK, LiveContext, useStanding } from "../live/use-live.ts";
import { announce, useAnnounced } from "../state/announce.ts";
import { watchForAway } from "../state/away.ts";
import { listenForKeys, useKeys } from "../state/keys.ts";
import { useDensity, useTheme } from "../state/prefs.ts";
import { Icon } from "../ui/icon.tsx";
import { useCounts } from "./counts.ts";
import { Keymap } from "./keymap.tsx";
import { More } from "./more.tsx";
import { Palette } from "./palette.tsx";
import { TABS } from "./places.ts";
import { PlaceLink, Rail } from "./rail.tsx";

const SIGN_IN = "/sign-in";

/**
 * The page for signing in stands alone: whoever sees it may see nothing else yet. The stream is there for it too, and closed: on the way from a page to this one, that page is
 * drawn once more.
 */
export function Shell() {
  const isAlone = useRouterState({ select: ({ location }) => location.pathname === SIGN_IN });
  const client = useQueryClient();
  const connection = useMemo(() => new LiveConnection(FLEET_ASK), []);
  useEffect(listenForKeys, []);
  useEffect(() => {
    if (isAlone) return undefined;
    const leave = freshenBy(connection, client);
    connection.open();
    return () => {
      leave();
      connection.close();
    };
  }, [connection, client, isAlone]);
  return <LiveContext value={connection}>{isAlone ? <Alone /> : <Frame />}</LiveContext>;
}

const Alone = () => (
  <main id="main" className="alone">
    <Outlet />
    <Announced />
  </main>
);

type Over = { readonly what: "palette"; readonly first: string } | { readonly what: "keys" | "more" } | null;

function Frame() {
  const [over, setOver] = useState<Over>(null);
  const counts = useCounts();
  useSignedOut();
  useHeardAgain();
  useShellKeys(setOver);
  useEffect(watchForAway, []);
  const close = () => setOver(null);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <div className="app">
        <Rail counts={counts} onFind={() => setOver({ what: "palette", first: "" })} />
        <main id="main" className="panel" tabIndex={-1}>
          <Outlet />
        </main>
        <nav className="tabs" aria-label="Main, phone">
          {TABS.map((place) => (
            <PlaceLink key={place.to} place={place} counts={counts} />
          ))}
          <button type="button" aria-haspopup="dialog" onClick={() => setOver({ what: "more" })}>
            <Icon name="menu" />
            <span>More</span>
          </button>
        </nav>
      </div>
      {over?.what === "palette" && <Palette first={over.first} onClose={close} />}
      {over?.what === "keys" && <Keymap onClose={close} />}
      {over?.what === "more" && (
        <More onFind={() => setOver({ what: "palette", first: "" })} onClose={close} />
      )}
      <Announced />
    </>
  );
}

const Announced = () => (
  <p className="vh" role="status" aria-live="polite">
    {useAnnounced()}
  </p>
);

/** Whoever is not signed in, or no longer, is shown where that is done, and comes back to where they were. */
function useSignedOut(): void {
  const { phase } = useStanding();
  const navigate = useNavigate();
  useEffect(() => {
    if (phase !== "signedOut") return;
    sessionStorage.setItem("claw.next", `${location.pathname}${location.search}`);
    void navigate({ to: SIGN_IN });
  }, [phase, navigate]);
}

function useHeardAgain(): void {
  const { phase, live } = useStanding();
  const [wasCut, setCut] = useState(false);
  useEffect(() => {
    if (phase === "reconnecting" && !wasCut) {
      setCut(true);
      announce("Reconnecting. What is shown is the last that was heard.");
    } else if (phase === "live" && wasCut) {
      setCut(false);
      announce(`Live again, at position ${live.position ?? 0}.`);
    }
  }, [phase, wasCut, live.position]);
}

function useShellKeys(setOver: (over: Over) => void): void {
  const [, nextTheme] = useTheme();
  const [, nextDensity] = useDensity();
  useKeys("Everywhere", {
    "?": { does: "all keys", run: () => setOver({ what: "keys" }) },
    ":": { does: "go to", run: () => setOver({ what: "palette", first: ":" }) },
    "[": { does: "back", run: () => history.back() },
    "]": { does: "forward", run: () => history.forward() },
    "-": { does: "last page", run: () => history.back() },
    D: { does: "one line or two a row", run: nextDensity },
    T: { does: "change the theme", run: nextTheme },
  });
  useEffect(() => {
    const find = (event: KeyboardEvent): void => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.metaKey || event.ctrlKey) ||
        event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      setOver({ what: "palette", first: "" });
    };
    document.addEventListener("keydown", find);
    return () => document.removeEventListener("keydown", find);
  }, [setOver]);
}
