/** Why nobody was signed in. The words are ours and closed: a page shows what each means, and none holds what a provider or a caller said. */

export type SignInFailure =
  /** There is no sign-in under way in this browser: it took too long, has ended already, or began at another gateway. */
  | "flow"
  /** What came back does not belong to what was begun. */
  | "state"
  /** The provider says that the person, or a rule of it, said no. */
  | "denied"
  /** The provider cannot be reached, or is not what its address says. */
  | "provider"
  /** What the provider answered does not prove who it is, or names them as this house names what is no person. */
  | "answer"
  /** The person is known, and none of CLAW_OIDC_ROLES is for them. */
  | "role";

export class SignInFailed extends Error {
  override readonly name = "SignInFailed";
  readonly why: SignInFailure;

  constructor(why: SignInFailure) {
    super(why);
    this.why = why;
  }
}
