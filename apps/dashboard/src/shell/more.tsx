/** What a thumb reaches beside the four tabs: the other places, finding, the theme, and signing out. */
import { Link } from "@tanstack/react-router";
import { useTheme } from "../state/prefs.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { PLACES, TABS } from "./places.ts";
import { signOut, themeLabel } from "./rail.tsx";

export interface MoreProps {
  readonly onFind: () => void;
  readonly onClose: () => void;
}

export function More({ onFind, onClose }: MoreProps) {
  const [theme, nextTheme] = useTheme();
  return (
    <Dialog title="More" onClose={onClose}>
      <ul className="more">
        {PLACES.filter((place) => !TABS.includes(place)).map(({ to, name, glyph }) => (
          <li key={to}>
            <Link to={to} onClick={onClose}>
              <Icon name={glyph} />
              {name}
            </Link>
          </li>
        ))}
      </ul>
      <Button glyph="search" onClick={onFind}>
        Find or run
      </Button>
      <Button glyph="theme" onClick={nextTheme}>
        {themeLabel(theme)}
      </Button>
      <Button glyph="lock" onClick={() => void signOut()}>
        Sign out
      </Button>
    </Dialog>
  );
}
