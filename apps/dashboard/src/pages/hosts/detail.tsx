/** One host: what we know, what we do not, what happens next; its app-servers and sessions; and whether new work is placed on it. */
import { type ReactNode, useState } from "react";
import { submit } from "../../api/commands.ts";
import type { EndpointView } from "../../api/types.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { useNow } from "../../state/now.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import type { GlyphName } from "../../ui/glyphs.ts";
import { Icon } from "../../ui/icon.tsx";
import { Status } from "../../ui/status.tsx";
import { activityLook, type Look } from "../../ui/tones.ts";
import { counted, figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { titleOf } from "../session/domain/title.ts";
import { SessionLink } from "../session/links.tsx";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { knowledgeOf, nameOf } from "./domain/knowledge.ts";
import type { HostLine } from "./use-hosts.ts";

type Placing = "cordon" | "drain" | "open";

export function HostDetail({ line }: { readonly line: HostLine }) {
  const [placing, setPlacing] = useState<Placing | null>(null);
  const now = useNow();
  const { host } = line;
  const { known, unknown, next } = knowledgeOf(host, line, now);
  return (
    <section className="hst-detail" aria-labelledby="hst-name">
      <div className="section-h">
        <h2 className="h" id="hst-name">
          {oneLine(nameOf(host), 80)}{" "}
          <small>
            {host.hostId}, group {host.group}
            {host.addedAt !== null && (
              <>
                , added <Age at={host.addedAt} /> ago
              </>
            )}
          </small>
        </h2>
        <span className="push" />
        <span className="row">
          <PlaceButtons isOpen={host.placement === "open"} onPlace={setPlacing} />
        </span>
      </div>
      <div className="know">
        <List title="What we know" glyph="check" lines={known} />
        <List title="What we do not know" glyph="unknown" lines={unknown} />
        <List title="What happens next" glyph="clock" lines={next} />
      </div>
      <div className="hst-halves">
        <Endpoints endpoints={line.endpoints} />
        <Sessions line={line} />
      </div>
      <Machine line={line} />
      {placing !== null && <PlaceDialog line={line} placing={placing} onClose={() => setPlacing(null)} />}
    </section>
  );
}

interface PlaceButtonsProps {
  readonly isOpen: boolean;
  readonly onPlace: (placing: Placing) => void;
}

function PlaceButtons({ isOpen, onPlace }: PlaceButtonsProps) {
  const isCurrent = useIsCurrent();
  if (!isOpen)
    return (
      <Button small disabled={!isCurrent} onClick={() => onPlace("open")}>
        Open again…
      </Button>
    );
  return (
    <>
      <Button small disabled={!isCurrent} onClick={() => onPlace("cordon")}>
        Cordon…
      </Button>
      <Button small disabled={!isCurrent} onClick={() => onPlace("drain")}>
        Drain…
      </Button>
    </>
  );
}

const List = ({
  title,
  glyph,
  lines,
}: {
  readonly title: string;
  readonly glyph: GlyphName;
  readonly lines: readonly string[];
}) => (
  <section>
    <h3 className="h">{title}</h3>
    <ul>
      {lines.length === 0 && (
        <li>
          <Icon name="idle" />
          <span className="muted">Nothing.</span>
        </li>
      )}
      {lines.map((line) => (
        <li key={line}>
          <Icon name={glyph} />
          <span>{oneLine(line, 400)}</span>
        </li>
      ))}
    </ul>
  </section>
);

const ENDPOINT_LOOKS: Readonly<Record<EndpointView["state"], Look>> = {
  ready: { glyph: "ready", tone: "ok", word: "ready" },
  connecting: { glyph: "pending", tone: "wait", word: "connecting" },
  draining: { glyph: "pending", tone: "wait", word: "draining" },
  down: { glyph: "failed", tone: "danger", word: "down" },
};

const Endpoints = ({ endpoints }: { readonly endpoints: readonly EndpointView[] }) => (
  <section className="block">
    <h3 className="h">
      App-servers <small>{figure(endpoints.length)}</small>
    </h3>
    <ul className="hst-list">
      {endpoints.map(
        ({
          endpointId,
          state,
          reason,
          sinceAt,
          codexVersion,
          transport,
          address,
          misreadFrames,
          startedByConnector,
        }) => (
          <li key={endpointId}>
            <span>
              <b className="mid">{endpointId}</b>
              <small>
                {transport ?? "transport unknown"}
                {address !== null && `, ${oneLine(address, 80)}`}
                {codexVersion !== null && `, Codex ${oneLine(codexVersion, 24)}`}
                {startedByConnector && ", started by the connector"}
                {misreadFrames > 0 && `, ${counted(misreadFrames, "frame")} misread`}
              </small>
            </span>
            <span>
              <Status look={ENDPOINT_LOOKS[state]} loud={state === "down"} />
              <small>
                {reason !== null && `${oneLine(reason, 60)}, `}
                <Age at={sinceAt} />
              </small>
            </span>
          </li>
        ),
      )}
    </ul>
  </section>
);

/** Sessions that are named; of more it is said how many. */
const MOST_SESSIONS = 12;

function Sessions({ line: { sessions } }: { readonly line: HostLine }) {
  const ordered = sessions.toSorted(
    (a, b) => Number(b.activity.type === "active") - Number(a.activity.type === "active"),
  );
  return (
    <section className="block">
      <h3 className="h">
        Sessions <small>{figure(sessions.length)}</small>
      </h3>
      <ul className="hst-list">
        {ordered.slice(0, MOST_SESSIONS).map((session) => (
          <li key={session.sessionId}>
            <span className="trunc">
              <SessionLink sessionId={session.sessionId}>{titleOf(session, session.sessionId)}</SessionLink>
              <small>{oneLine(session.repo ?? session.workspace ?? "", 80)}</small>
            </span>
            <Status look={activityLook(session.activity.type)} />
          </li>
        ))}
      </ul>
      {sessions.length > MOST_SESSIONS && (
        <p className="small muted">and {figure(sessions.length - MOST_SESSIONS)} more</p>
      )}
    </section>
  );
}

const GIB = 1_073_741_824;

function Machine({ line: { host } }: { readonly line: HostLine }) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["System", `${host.platform ?? "unknown"} ${host.osRelease ?? ""} ${host.arch ?? ""}`.trim()],
    [
      "Memory",
      host.memoryBytes === null ? "unknown" : `${figure(Math.round(host.memoryBytes / GIB))}\u00a0GiB`,
    ],
    ["Node", host.nodeVersion ?? "unknown"],
    ["Lives of its outbox", figure(host.epochCount)],
    [
      "Folders for new sessions",
      host.workspaceRoots.length === 0
        ? "none: nothing can be spawned here"
        : host.workspaceRoots.map((root) => oneLine(root, 120)).join(", "),
    ],
  ];
  return (
    <dl className="hst-machine">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const PLACING: Readonly<
  Record<Placing, { readonly title: string; readonly verb: string; readonly effect: string }>
> = {
  cordon: {
    title: "Cordon",
    verb: "Cordon",
    effect: "No new session is placed on it. Those that are there go on.",
  },
  drain: {
    title: "Drain",
    verb: "Drain",
    effect:
      "No new session is placed on it, because it is about to be taken away. Those that are there go on until they end.",
  },
  open: { title: "Open again", verb: "Open again", effect: "New sessions may be placed on it." },
};

function PlaceDialog({
  line: { host, sessions },
  placing,
  onClose,
}: {
  readonly line: HostLine;
  readonly placing: Placing;
  readonly onClose: () => void;
}) {
  const { title, verb, effect } = PLACING[placing];
  const { hostId } = host;
  const command =
    placing === "drain"
      ? { type: "host.drain", hostId }
      : { type: "host.cordon", hostId, placement: placing === "open" ? "open" : "cordoned" };
  return (
    <ReasonDialog
      title={title}
      verb={verb}
      onDo={(reason) => submit({ ...command, reason })}
      onClose={onClose}
    >
      <p>
        <b>{oneLine(nameOf(host), 80)}</b>, {counted(sessions.length, "session")}.
      </p>
      <p className="soft">{effect}</p>
    </ReasonDialog>
  );
}
