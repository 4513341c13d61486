import type { Rule } from "../scan/rule.ts";
import { ASSIGNED, assignmentRules } from "./assignment.ts";
import { headerRules } from "./header.ts";
import { innerKinds, innerRules } from "./inner.ts";
import { jwkRule } from "./jwk.ts";
import { jwtRule } from "./jwt.ts";
import { LOGIN, loginRules } from "./login.ts";
import { pemRule, puttyRule, UNTERMINATED } from "./pem.ts";
import { cloudShapes } from "./shapes-cloud.ts";
import { codeShapes } from "./shapes-code.ts";
import { tokenRule } from "./token.ts";
import { userinfoRules } from "./userinfo.ts";

const shapes = [...cloudShapes, ...codeShapes];

/** Every rule; where two matches tie, the earlier rule names the kind. */
export const allRules: readonly Rule[] = [
  pemRule,
  puttyRule,
  jwkRule,
  ...shapes.map(tokenRule),
  ...innerRules,
  jwtRule,
  ...userinfoRules,
  ...headerRules,
  ...loginRules,
  ...assignmentRules,
];

/** A value registered by its owner. */
export const KNOWN = "known-secret";
/** A field of a tree whose name says that it holds a secret. */
export const FIELD = "secret-field";
/** A stretch of a stream that grew beyond what may be held back. */
export const OVERLONG = "overlong";

/** Every kind that a mark may carry. */
export const allKinds: ReadonlySet<string> = new Set([
  ...shapes.map(({ kind }) => kind),
  ...innerKinds,
  "private-key",
  UNTERMINATED,
  "jwt",
  "url-password",
  "authorization",
  "cookie",
  ASSIGNED,
  LOGIN,
  KNOWN,
  FIELD,
  OVERLONG,
]);
