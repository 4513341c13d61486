/** Signing in: by the house's provider, by a token that is pasted, or by a one-time link whose code stands in the fragment (ADR 0014). */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type JSX, useEffect, useRef, useState } from "react";
import { isSignedOut, problemIn, request } from "../../api/client.ts";
import { meQuery } from "../../api/queries.ts";
import type { Problem } from "../../api/types.ts";
import { codeIn, failureIn, returnIn } from "./domain/arrival.ts";
import "./sign-in.css";

interface Ways {
  readonly ways: { readonly oidc: boolean; readonly token: boolean; readonly link: boolean };
}

const waysQuery = {
  queryKey: ["auth", "ways"],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) => request<Ways>("/auth/ways", { signal }),
  staleTime: Infinity,
  retry: false,
} as const;

/** Where the shell remembers from which page somebody was sent here. */
const NEXT = "claw.next";

function whereTo(): string {
  try {
    return returnIn(location.search, sessionStorage.getItem(NEXT));
  } catch {
    return returnIn(location.search, null);
  }
}

/** The page is loaded anew, so that nothing of whoever was signed in before stays in it. */
const goTo = (page: string): void => location.replace(page);

const signIn = (proof: { readonly token: string } | { readonly code: string }): Promise<unknown> =>
  request("/auth/login", { method: "POST", body: proof });

export function SignInPage(): JSX.Element {
  const { data } = useQuery(waysQuery);
  const link = useLink();
  const failure = failureIn(location.search);
  return (
    <div className="sign-in">
      <div className="sign-in-box">
        <h1>Claw Supervisor</h1>
        <p className="soft">Every Codex session of the fleet in one look.</p>
        {failure !== null && <Refusal title={failure.what} helps={failure.helps} />}
        {link.isUnderWay && <p role="status">The link is being used.</p>}
        {link.use !== null && (
          <button type="button" className="btn sign-in-wide" onClick={link.use}>
            Sign out here, and in as whoever made the link
          </button>
        )}
        {link.problem !== null && <LinkRefusal problem={link.problem} />}
        {data?.ways.oidc === true && <ProviderWay />}
        {data?.ways.oidc === true && <p className="sign-in-or">or</p>}
        <TokenWay isBusy={link.isUnderWay} />
        <p className="small muted">
          On a terminal, <code>claw login</code> opens this page with a link that is good once.
        </p>
      </div>
    </div>
  );
}

/** What a link was refused for is one thing: it was used, is too old, or is of another gateway. All else is told as it is. */
const LinkRefusal = ({ problem }: { readonly problem: Problem }) =>
  problem.status === 401 ? (
    <Refusal
      title="The link opens nothing any more."
      helps="It is good once, for ten minutes, at the gateway that made it."
    />
  ) : (
    <Refusal title={problem.title} helps={problem.remedy} />
  );

interface LinkRead {
  readonly isUnderWay: boolean;
  readonly problem: Problem | null;
  /** Somebody is signed in here: the link would sign them out, so that they are asked first. Null where nothing is to be asked. */
  readonly use: (() => void) | null;
}

/**
 * Uses the code of the fragment once, and takes it out of the address first, so that neither the history nor a reload has it. Whoever is signed in is not made somebody
 * else by a link that was sent to them: they say so.
 */
function useLink(): LinkRead {
  const [code] = useState(() => codeIn(location.hash));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isUsed, setUsed] = useState(false);
  const isSent = useRef(false);
  const me = useQuery({ ...meQuery, enabled: code !== null });
  // Whoever cannot be told apart is asked as well: a house that is busy says nothing of who is signed in.
  const isNobody = code !== null && me.data === undefined && isSignedOut(me.error);
  const isSomebody = me.data !== undefined || (me.isError && !isSignedOut(me.error));
  useEffect(() => {
    if (code !== null) history.replaceState(null, "", `${location.pathname}${location.search}`);
  }, [code]);
  useEffect(() => {
    if (code === null || isSent.current || !(isUsed || isNobody)) return;
    isSent.current = true;
    signIn({ code }).then(
      () => goTo(whereTo()),
      (error: unknown) => setProblem(problemIn(error)),
    );
  }, [code, isUsed, isNobody]);
  const isAsked = code !== null && isSomebody && !isUsed;
  return {
    isUnderWay: code !== null && problem === null && !isAsked,
    problem,
    use: isAsked ? () => setUsed(true) : null,
  };
}

function ProviderWay(): JSX.Element {
  const page = encodeURIComponent(whereTo());
  return (
    <a className="btn primary sign-in-wide" href={`/auth/login?return=${page}`}>
      Sign in with your organisation
    </a>
  );
}

function TokenWay({ isBusy }: { readonly isBusy: boolean }): JSX.Element {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isReady = token.trim() !== "" && !isAsking && !isBusy;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReady) return;
    setAsking(true);
    signIn({ token: token.trim() }).then(
      () => goTo(whereTo()),
      (error: unknown) => {
        setProblem(problemIn(error));
        setAsking(false);
      },
    );
  };
  return (
    <form className="sign-in-form" onSubmit={submit}>
      <label htmlFor="sign-in-token">Token</label>
      <span className="field">
        <input
          id="sign-in-token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          maxLength={256}
          value={token}
          aria-describedby="sign-in-token-is"
          onChange={({ target }) => setToken(target.value)}
        />
      </span>
      <p className="small muted" id="sign-in-token-is">
        It is exchanged for a cookie of this browser and kept nowhere in the page.
      </p>
      {problem !== null && <Refusal title={problem.title} helps={problem.remedy} />}
      <button type="submit" className="btn sign-in-wide" disabled={!isReady}>
        Sign in with a token
      </button>
    </form>
  );
}

function Refusal({ title, helps }: { readonly title: string; readonly helps: string | null }): JSX.Element {
  return (
    <div className="sign-in-no" role="alert">
      <b>{title}</b>
      {helps !== null && <p>{helps.replaceAll("`", "")}</p>}
    </div>
  );
}
