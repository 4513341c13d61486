/** Who did it: the shape first (circle, hexagon, square, diamond, screen), then the colour, always the name. */
import type { PrincipalView } from "../api/types.ts";
import { initials, oneLine } from "../words/safe.ts";
import { Icon } from "./icon.tsx";

/** A person's mark; `you` in ink. */
export const PersonMark = ({
  name,
  size,
  you = false,
}: {
  readonly name: string;
  readonly size?: "l" | undefined;
  readonly you?: boolean;
}) => (
  <span className={["who", size, you ? "you" : ""].filter(Boolean).join(" ")} title={name}>
    <span aria-hidden="true">{initials(name)}</span>
    <span className="vh">{name}</span>
  </span>
);

export interface ActorProps {
  readonly principal: Pick<PrincipalView, "kind" | "name">;
  /** Only the mark; the name is still said to those who listen. */
  readonly bare?: boolean | undefined;
}

export function Actor({ principal: { kind, name }, bare = false }: ActorProps) {
  const shown = oneLine(name, 80);
  const label = bare ? <span className="vh">{shown}</span> : <span className="trunc">{shown}</span>;
  if (kind === "person")
    return (
      <span className="st actor">
        <PersonMark name={shown} />
        {!bare && (
          <span className="trunc" aria-hidden="true">
            {shown}
          </span>
        )}
      </span>
    );
  if (kind === "claw")
    return (
      <span className="st actor claw">
        <Icon name="a-claw" />
        {label}
      </span>
    );
  return (
    <span className={kind === "session" ? "st actor codex" : "st actor"}>
      <Icon name={kind === "session" ? "a-codex" : kind === "host" ? "a-host" : "a-policy"} />
      {label}
    </span>
  );
}
