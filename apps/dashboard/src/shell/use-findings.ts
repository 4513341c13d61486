/** Everything the palette knows: sessions and hosts of the stream, places, and what the page's own keys do. */
import { useNavigate } from "@tanstack/react-router";
import type { HostView, SessionView } from "../api/types.ts";
import { useLiveTable } from "../live/use-live.ts";
import { keyName, type Layer, useLayers } from "../state/keys.ts";
import { activityLook, FRESHNESS_LOOKS } from "../ui/tones.ts";
import { titleOf } from "../words/title.ts";
import type { Finding } from "./find.ts";
import { PLACES } from "./places.ts";

export function useFindings(): readonly Finding[] {
  const navigate = useNavigate();
  const sessions = useLiveTable("sessions");
  const hosts = useLiveTable("hosts");
  const layers = useLayers();
  return [
    ...[...sessions.values()].map((session) =>
      sessionFinding(
        session,
        () => void navigate({ to: "/sessions/$sessionId", params: { sessionId: session.sessionId } }),
      ),
    ),
    ...[...hosts.values()].map((host) =>
      hostFinding(host, () => void navigate({ to: "/hosts", hash: host.hostId })),
    ),
    ...layers.flatMap(keyFindings),
    ...PLACES.map(({ to, name, glyph, word }): Finding => {
      const run = () => void navigate({ to });
      return { id: `place-${to}`, group: "Go to", name, about: word, glyph, run };
    }),
  ];
}

function sessionFinding(session: SessionView, run: () => void): Finding {
  const { glyph, tone, word } = activityLook(session.activity.type);
  const about = [session.repo, session.branch, session.host, word, session.sessionId]
    .filter(Boolean)
    .join(" · ");
  return {
    id: `session-${session.sessionId}`,
    group: "Sessions",
    name: titleOf(session),
    about,
    glyph,
    tone,
    run,
  };
}

const hostFinding = (host: HostView, run: () => void): Finding => ({
  id: `host-${host.hostId}`,
  group: "Hosts",
  name: host.hostname ?? host.hostId,
  about: `${FRESHNESS_LOOKS[host.freshness.state].word} · ${host.hostId}`,
  glyph: "host",
  run,
});

const keyFindings = ({ title, bindings }: Layer, index: number): readonly Finding[] =>
  Object.entries(bindings).map(([key, { does, run }]) => ({
    id: `key-${index}-${key}`,
    group: "Here",
    name: does.slice(0, 1).toUpperCase() + does.slice(1),
    about: title,
    glyph: "command",
    hint: keyName(key),
    run,
  }));
