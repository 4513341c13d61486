/** The rail: where one is, what waits there, how the stream stands, and who one is. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { request } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { useStanding } from "../live/use-live.ts";
import { type Theme, useTheme } from "../state/prefs.ts";
import { PersonMark } from "../ui/actor.tsx";
import { classes } from "../ui/class-names.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { figure } from "../words/figures.ts";
import type { Counts } from "./counts.ts";
import { type Place, PLACES } from "./places.ts";

export interface RailProps {
  readonly counts: Counts;
  readonly onFind: () => void;
}

export const Rail = ({ counts, onFind }: RailProps) => (
  <nav className="side" aria-label="Main">
    <Link className="brand" to="/">
      <Icon name="brand" />
      <span>Claw Supervisor</span>
    </Link>
    <button type="button" className="find" onClick={onFind}>
      <Icon name="search" />
      <span>Find or run</span>
      <kbd aria-hidden="true">⌘K</kbd>
    </button>
    <PlaceList group="main" counts={counts} />
    <h2 className="side-h">Control</h2>
    <PlaceList group="control" counts={counts} />
    <div className="side-foot">
      <Sync />
      <Me />
    </div>
  </nav>
);

const PlaceList = ({ group, counts }: { readonly group: Place["group"]; readonly counts: Counts }) => (
  <ul>
    {PLACES.filter((place) => place.group === group).map((place) => (
      <li key={place.to}>
        <PlaceLink place={place} counts={counts} />
      </li>
    ))}
  </ul>
);

/** `aria-current` comes from the router. */
export const PlaceLink = ({ place, counts }: { readonly place: Place; readonly counts: Counts }) => {
  const known = counts[place.to];
  return (
    <Link to={place.to} activeOptions={{ exact: place.to === "/", includeSearch: false }} title={place.name}>
      <Icon name={place.glyph} />
      <span>{place.name}</span>
      {known !== undefined && (
        <span className={classes("count", known.isHot && "hot")}>{figure(known.count)}</span>
      )}
    </Link>
  );
};

const WORDS = {
  connecting: "Connecting",
  catchingUp: "Catching up",
  live: "Live",
  reconnecting: "Reconnecting",
  signedOut: "Signed out",
  closed: "Closed",
} as const;

function Sync() {
  const { phase, live } = useStanding();
  return (
    <p className="sync">
      <span className={phase === "live" ? "ok" : "t-unknown"}>
        <Icon name={phase === "live" ? "live" : "stale"} />
        {WORDS[phase]}
      </span>{" "}
      {live.position !== null && <span className="num">to {figure(live.position)}</span>}
    </p>
  );
}

function Me() {
  const principal = useQuery(meQuery).data?.principal;
  const [theme, nextTheme] = useTheme();
  return (
    <div className="me">
      {principal !== undefined && (
        <>
          <PersonMark name={principal.name} you />
          <span>
            {principal.name}
            <br />
            <small>
              {principal.role}
              {principal.group !== null && ` · ${principal.group}`}
            </small>
          </span>
        </>
      )}
      {principal !== undefined && <IconButton glyph="lock" label="Sign out" onClick={() => void signOut()} />}
      <IconButton glyph="theme" label={themeLabel(theme)} onClick={nextTheme} />
    </div>
  );
}

export const themeLabel = (theme: Theme): string =>
  theme === "system" ? "Theme: follow the system" : `Theme: ${theme}`;

/** The page is loaded anew, so that nothing of who was signed in stays in it. */
export async function signOut(): Promise<void> {
  try {
    await request("/auth/logout", { method: "POST", body: {} });
  } finally {
    location.replace("/sign-in");
  }
}
