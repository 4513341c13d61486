/** The law: rules in the order in which they are asked (DESIGN 6.2.4). The first refusal wins, so the order is part of it and has a test. */
import { fewTokens, knownHost } from "./hosts.ts";
import {
  callersId,
  clawsGroup,
  houseAlone,
  inScope,
  noSecrets,
  peoplesName,
  sessionAlone,
  untilLater,
  unusedId,
  viewersRoot,
} from "./intake.ts";
import { freeOfLease, knownLease, ownLease } from "./leases.ts";
import { forwardTrim, otherLedger } from "./log.ts";
import { fewHops, fewRepeats, knownCause, noCycle, noEcho } from "./loops.ts";
import {
  answerable,
  offeredAnswer,
  oneAnswer,
  openQuestion,
  ownQuestion,
  sameQuestion,
} from "./questions.ts";
import { withinRate } from "./rate.ts";
import {
  fittingSignIn,
  freeRuntime,
  knownAttention,
  knownRuntime,
  knownSubject,
  livingRuntime,
  ownRuntime,
  ownShare,
  sameRevision,
} from "./registry.ts";
import { opened } from "./rights.ts";
import { rootCommands, rootTokens, rootTurns, rootWall } from "./roots.ts";
import type { Rule } from "./rule.ts";
import {
  boundSession,
  caughtUpHost,
  heardHost,
  knownSession,
  openSession,
  reachedEndpoint,
} from "./sessions.ts";
import { fewRulings, fittingRuling, knownLimit, limitInRange, namedSwitch } from "./settings.ts";
import { keptSandbox, roomSomewhere, treeHasRoom } from "./spawns.ts";
import { notHalted, notMuted } from "./switches.ts";
import { plainText, shortText } from "./text.ts";
import { anAdminStays, freeHost, knownToken, unknownToken } from "./tokens.ts";
import { noPersonAtWork, oneInterrupt, oneStart, rightTurn } from "./turns.ts";

/** The names are what refusals name, so they stay as they are. */
export const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ["unused id", unusedId],
  ["caller's id", callersId],
  ["session alone", sessionAlone],
  ["scope", inScope],
  ["house alone", houseAlone],
  ["kill switch", notHalted],
  ["mute", notMuted],
  ["right", opened],
  ["sandbox", keptSandbox],
  ["text size", shortText],
  ["control characters", plainText],
  ["no secrets", noSecrets],
  ["self-echo", noEcho],
  ["known cause", knownCause],
  ["cycle", noCycle],
  ["hops", fewHops],
  ["edge repeats", fewRepeats],
  ["root commands", rootCommands],
  ["root turns", rootTurns],
  ["root tokens", rootTokens],
  ["root wall time", rootWall],
  ["rate", withinRate],
  ["tree size", treeHasRoom],
  ["bound session", boundSession],
  ["known session", knownSession],
  ["open session", openSession],
  ["silent host", heardHost],
  ["host catching up", caughtUpHost],
  ["endpoint lost", reachedEndpoint],
  ["place", roomSomewhere],
  ["known lease", knownLease],
  ["own lease", ownLease],
  ["lease", freeOfLease],
  ["target turn", rightTurn],
  ["outstanding start", oneStart],
  ["outstanding interrupt", oneInterrupt],
  ["human at work", noPersonAtWork],
  ["open question", openQuestion],
  ["same question", sameQuestion],
  ["answerable", answerable],
  ["offered answer", offeredAnswer],
  ["own question", ownQuestion],
  ["one answer", oneAnswer],
  ["until later", untilLater],
  ["Claw's group", clawsGroup],
  ["viewer's root", viewersRoot],
  ["person's name", peoplesName],
  ["known host", knownHost],
  ["free host", freeHost],
  ["unknown token", unknownToken],
  ["known token", knownToken],
  ["an admin stays", anAdminStays],
  ["few tokens", fewTokens],
  ["other ledger", otherLedger],
  ["forward trim", forwardTrim],
  ["named switch", namedSwitch],
  ["fitting ruling", fittingRuling],
  ["few rulings", fewRulings],
  ["known limit", knownLimit],
  ["limit in range", limitInRange],
  ["known subject", knownSubject],
  ["free runtime", freeRuntime],
  ["known runtime", knownRuntime],
  ["living runtime", livingRuntime],
  ["same revision", sameRevision],
  ["own runtime", ownRuntime],
  ["own share", ownShare],
  ["fitting sign-in", fittingSignIn],
  ["known attention", knownAttention],
];
