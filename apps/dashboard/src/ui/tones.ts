/** What each word of status looks like: its glyph, its tone. The word itself is always written out. Pure. */
import type { AttentionKind, FreshnessState, Lifecycle } from "../api/types.ts";
import type { GlyphName } from "./glyphs.ts";

export type Tone = "ok" | "wait" | "attention" | "danger" | "unknown" | "off";

export interface Look {
  readonly glyph: GlyphName;
  readonly tone: Tone;
  readonly word: string;
}

const look = (glyph: GlyphName, tone: Tone, word: string): Look => ({ glyph, tone, word });

export const LIFECYCLE_LOOKS: Readonly<Record<Lifecycle, Look>> = {
  attached: look("attached", "ok", "attached"),
  ready: look("ready", "ok", "ready"),
  detached: look("detached", "ok", "detached"),
  provisioning: look("provisioning", "wait", "provisioning"),
  pending_adapter: look("pending_adapter", "wait", "pending adapter"),
  failed: look("failed", "danger", "failed"),
  expired: look("expired", "off", "expired"),
  stopped: look("stopped", "off", "stopped"),
};

export const ATTENTION_LOOKS: Readonly<Record<AttentionKind, Look>> = {
  waiting: look("approval", "attention", "waiting"),
  failing: look("failing", "danger", "failing"),
  looping: look("looping", "danger", "looping"),
  over_budget: look("budget", "attention", "over budget"),
  blocked: look("blocked", "attention", "blocked"),
  silent: look("silent", "attention", "silent"),
};

export const FRESHNESS_LOOKS: Readonly<Record<FreshnessState, Look>> = {
  live: look("live", "ok", "live"),
  stale: look("stale", "attention", "stale"),
  unknown: look("unknown", "unknown", "unknown"),
  gone: look("gone", "off", "gone"),
};

const UNKNOWN_ACTIVITY = look("unknown", "unknown", "unknown");
const ACTIVITY_LOOKS: Readonly<Record<string, Look>> = {
  active: look("active", "ok", "active"),
  idle: look("idle", "off", "idle"),
  notLoaded: look("notloaded", "off", "not loaded"),
  systemError: look("failing", "danger", "system error"),
};
/** Codex's own word for what a thread does; one that we do not know is shown as it is, and as unknown. */
export const activityLook = (type: string): Look =>
  Object.hasOwn(ACTIVITY_LOOKS, type)
    ? (ACTIVITY_LOOKS[type] ?? UNKNOWN_ACTIVITY)
    : { ...UNKNOWN_ACTIVITY, word: type };

/** A kind of attention by its word; one that we do not know still needs somebody. */
export const attentionLook = (kind: string): Look =>
  Object.hasOwn(ATTENTION_LOOKS, kind)
    ? ATTENTION_LOOKS[kind as AttentionKind]
    : look("attention", "attention", kind.replaceAll("_", " "));

/** Who is attached: three answers, none of them a guess. */
export const HUMAN_LOOKS = {
  yes: look("person", "off", "yes"),
  no: look("person-no", "off", "no"),
  unknown: look("person-unknown", "unknown", "unknown"),
} as const satisfies Readonly<Record<string, Look>>;
