/** An address that is no page. */
import { Link } from "@tanstack/react-router";
import { Empty } from "../ui/states.tsx";

export const NotHere = () => (
  <div className="pad">
    <Empty glyph="search" title="No such page">
      <p>
        The address names none of ours.{" "}
        <Link className="link" to="/">
          Go to the fleet
        </Link>
      </p>
    </Empty>
  </div>
);
