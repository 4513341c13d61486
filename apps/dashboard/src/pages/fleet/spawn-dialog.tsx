/** Asking for a new session: where, in which folder, what it is to do, and before anything is done, what the house would decide. */
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import type { HostView } from "../../api/types.ts";
import { useIsCurrent, useLiveTable } from "../../live/use-live.ts";
import { announce } from "../../state/announce.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { RefusalLine } from "../../ui/states.tsx";
import { NO_DRAFT, type SpawnDraft } from "./spawn.ts";
import { useSpawning, type Verdict } from "./use-spawning.ts";

export function SpawnDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState(NO_DRAFT);
  const hosts = [...useLiveTable("hosts").values()];
  const isCurrent = useIsCurrent();
  const navigate = useNavigate();
  const change = (next: Partial<SpawnDraft>): void => setDraft({ ...draft, ...next });
  const { verdict, isBusy, spawn } = useSpawning(draft, (sessionId) => {
    announce("The session is asked for.");
    onClose();
    if (sessionId !== null) void navigate({ to: "/sessions/$sessionId", params: { sessionId } });
  });
  return (
    <Dialog
      title="Spawn a session"
      onClose={onClose}
      footer={
        <>
          <VerdictLine verdict={verdict} />
          <span className="push" />
          <Button tone="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            tone="primary"
            disabled={!isCurrent || isBusy || verdict.kind !== "accepted"}
            onClick={spawn}
          >
            Spawn session
          </Button>
        </>
      }
    >
      <HostField hosts={hosts} value={draft.hostId} onValue={(hostId) => change({ hostId })} />
      <WorkspaceField hosts={hosts} draft={draft} onValue={(workspace) => change({ workspace })} />
      <label className="field area">
        <span className="vh">What it is to do</span>
        <textarea
          rows={4}
          placeholder="What it is to do: its first message"
          maxLength={16_384}
          value={draft.text}
          onChange={(event) => change({ text: event.target.value })}
        />
      </label>
      <Field
        label="Purpose"
        placeholder="Purpose, in a few words"
        maxLength={200}
        value={draft.purpose}
        onValue={(purpose) => change({ purpose })}
      />
    </Dialog>
  );
}

interface HostFieldProps {
  readonly hosts: readonly HostView[];
  readonly value: string;
  readonly onValue: (hostId: string) => void;
}

const HostField = ({ hosts, value, onValue }: HostFieldProps) => (
  <label className="field">
    <span className="muted">Host</span>
    <select value={value} onChange={(event) => onValue(event.target.value)}>
      <option value="">by load</option>
      {hosts.map((host) => (
        <option key={host.hostId} value={host.hostId}>
          {host.hostname ?? host.hostId}
          {host.freshness.state === "live" ? "" : `, ${host.freshness.state}`}
        </option>
      ))}
    </select>
  </label>
);

interface WorkspaceFieldProps {
  readonly hosts: readonly HostView[];
  readonly draft: SpawnDraft;
  readonly onValue: (workspace: string) => void;
}

/** The host alone says whether a folder may be used; its roots are offered to begin with. */
function WorkspaceField({ hosts, draft, onValue }: WorkspaceFieldProps) {
  const id = useId();
  const roots = new Set(
    hosts
      .filter(({ hostId }) => draft.hostId === "" || hostId === draft.hostId)
      .flatMap(({ workspaceRoots }) => workspaceRoots),
  );
  return (
    <>
      <Field
        label="Folder on the host"
        placeholder="/path/of/a/folder on the host"
        list={id}
        spellCheck={false}
        maxLength={400}
        value={draft.workspace}
        onValue={onValue}
      />
      <datalist id={id}>
        {[...roots].map((root) => (
          <option key={root} value={root} />
        ))}
      </datalist>
    </>
  );
}

function VerdictLine({ verdict }: { readonly verdict: Verdict }) {
  if (verdict.kind === "refused") return <RefusalLine problem={verdict.problem} />;
  const said = {
    incomplete: "It needs a folder and a message.",
    asking: "Asking the house.",
    accepted: "Will be accepted.",
  }[verdict.kind];
  return (
    <p className="muted small" role="status">
      {said}
    </p>
  );
}
