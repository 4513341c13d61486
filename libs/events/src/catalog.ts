/** Every kind of event there is, by name. A new kind is added here and nowhere else. */
import type { z } from "zod";
import * as archives from "./archives.ts";
import * as attention from "./attention.ts";
import * as control from "./control.ts";
import * as fleet from "./fleet.ts";
import * as host from "./host.ts";
import * as houseRules from "./house-rules.ts";
import type { EventKind } from "./kind.ts";
import * as lease from "./lease.ts";
import * as outcome from "./outcome.ts";
import * as progress from "./progress.ts";
import * as registry from "./registry.ts";
import * as session from "./session.ts";
import * as signingIn from "./signing-in.ts";
import * as threadKeys from "./thread-keys.ts";
import * as turn from "./turn.ts";

const kinds = {
  [host.HostDescribed.type]: host.HostDescribed,
  [host.EpochStarted.type]: host.EpochStarted,
  [host.OutboxGapped.type]: host.OutboxGapped,
  [host.OutboxLost.type]: host.OutboxLost,
  [host.HostHeard.type]: host.HostHeard,
  [host.HostSilent.type]: host.HostSilent,
  [host.HostForked.type]: host.HostForked,
  [host.EvidenceKept.type]: host.EvidenceKept,
  [host.EndpointDescribed.type]: host.EndpointDescribed,
  [host.EndpointBecame.type]: host.EndpointBecame,
  [host.EndpointMisread.type]: host.EndpointMisread,
  [threadKeys.KeysRegistered.type]: threadKeys.KeysRegistered,
  [threadKeys.KeyBound.type]: threadKeys.KeyBound,
  [session.SessionObserved.type]: session.SessionObserved,
  [session.SessionBecame.type]: session.SessionBecame,
  [session.SessionNamed.type]: session.SessionNamed,
  [session.SessionClosed.type]: session.SessionClosed,
  [session.SessionReopened.type]: session.SessionReopened,
  [session.SessionStaled.type]: session.SessionStaled,
  [session.SessionReturned.type]: session.SessionReturned,
  [session.SessionLost.type]: session.SessionLost,
  [session.HistoryGapped.type]: session.HistoryGapped,
  [session.SessionBound.type]: session.SessionBound,
  [turn.TurnStarted.type]: turn.TurnStarted,
  [turn.TurnCompleted.type]: turn.TurnCompleted,
  [turn.ItemStarted.type]: turn.ItemStarted,
  [turn.ItemCompleted.type]: turn.ItemCompleted,
  [turn.UsageReported.type]: turn.UsageReported,
  [turn.ApprovalRequested.type]: turn.ApprovalRequested,
  [turn.ApprovalResolved.type]: turn.ApprovalResolved,
  [control.PolicyLed.type]: control.PolicyLed,
  [control.CommandAccepted.type]: control.CommandAccepted,
  [control.CommandRefused.type]: control.CommandRefused,
  [control.HostAdded.type]: control.HostAdded,
  [control.TokenCreated.type]: control.TokenCreated,
  [control.TokenRevoked.type]: control.TokenRevoked,
  [control.QuarantineRetried.type]: control.QuarantineRetried,
  [control.QuarantineWaived.type]: control.QuarantineWaived,
  [control.LedgerClaimed.type]: control.LedgerClaimed,
  [control.LogTrimmed.type]: control.LogTrimmed,
  [control.HostPlaced.type]: control.HostPlaced,
  [control.TokenLimited.type]: control.TokenLimited,
  [houseRules.CommandOverdue.type]: houseRules.CommandOverdue,
  [houseRules.SwitchSet.type]: houseRules.SwitchSet,
  [houseRules.PolicySet.type]: houseRules.PolicySet,
  [houseRules.OriginMuted.type]: houseRules.OriginMuted,
  [houseRules.PolicyGranted.type]: houseRules.PolicyGranted,
  [houseRules.ApprovalsRuled.type]: houseRules.ApprovalsRuled,
  [houseRules.CallerAttempted.type]: houseRules.CallerAttempted,
  [progress.ProgressReported.type]: progress.ProgressReported,
  [lease.LeaseOffered.type]: lease.LeaseOffered,
  [lease.LeaseGranted.type]: lease.LeaseGranted,
  [lease.LeaseReleased.type]: lease.LeaseReleased,
  [lease.LeaseExpired.type]: lease.LeaseExpired,
  [lease.LeaseBroken.type]: lease.LeaseBroken,
  [lease.LeaseLapsed.type]: lease.LeaseLapsed,
  [lease.LeaseYielded.type]: lease.LeaseYielded,
  [outcome.CommandSucceeded.type]: outcome.CommandSucceeded,
  [outcome.CommandFailed.type]: outcome.CommandFailed,
  [outcome.CommandCollided.type]: outcome.CommandCollided,
  [outcome.CommandExpired.type]: outcome.CommandExpired,
  [outcome.CommandUnknown.type]: outcome.CommandUnknown,
  [outcome.LeaseFenced.type]: outcome.LeaseFenced,
  [registry.RuntimeRegistered.type]: registry.RuntimeRegistered,
  [registry.RuntimeUpdated.type]: registry.RuntimeUpdated,
  [registry.EgressRegistered.type]: registry.EgressRegistered,
  [registry.CheckpointRegistered.type]: registry.CheckpointRegistered,
  [registry.OwnerMapped.type]: registry.OwnerMapped,
  [archives.ArchiveFinalised.type]: archives.ArchiveFinalised,
  [archives.ArchiveDeleted.type]: archives.ArchiveDeleted,
  [signingIn.SignInOpened.type]: signingIn.SignInOpened,
  [signingIn.SignInClosed.type]: signingIn.SignInClosed,
  [signingIn.ShareGranted.type]: signingIn.ShareGranted,
  [signingIn.GlassBroken.type]: signingIn.GlassBroken,
  [attention.AttentionSnoozed.type]: attention.AttentionSnoozed,
  [attention.AttentionAssigned.type]: attention.AttentionAssigned,
  [fleet.LogResumed.type]: fleet.LogResumed,
  [fleet.MessageQuarantined.type]: fleet.MessageQuarantined,
} as const;

type Kinds = typeof kinds;
export type EventType = keyof Kinds;
export type DataOf<Type extends EventType> = z.infer<Kinds[Type]["data"]>;
export type BodyOf<Type extends EventType> = Kinds[Type]["body"] extends z.ZodType
  ? z.infer<Kinds[Type]["body"]>
  : null;

/** The kind of that name, or undefined for one that this version does not know. */
export const kindOf = (type: string): EventKind | undefined =>
  Object.hasOwn(kinds, type) ? (kinds as Readonly<Record<string, EventKind>>)[type] : undefined;

export const eventTypes = Object.keys(kinds) as readonly EventType[];

/** An event of a known kind, with its body where it has one. A body that was erased is null. */
export type EventOf<Type extends EventType> = {
  readonly type: Type;
  readonly at: number;
  readonly data: DataOf<Type>;
  readonly body: BodyOf<Type> | null;
};
export type Event = { [Type in EventType]: EventOf<Type> }[EventType];
