/**
 * The live stream as one thing that never gives up: it takes a ticket, opens `/api/live`, resumes after the last position that it read, and says how it stands
 * (N1-006, ADR 0014). A ticket is good once and for seconds, so that no token and no cookie is needed for the upgrade.
 */
import { request, ApiProblem } from "../api/client.ts";
import type { LiveFrame, LiveKind } from "../api/types/live.ts";
import { houseNow, setHouseClock } from "../state/now.ts";
import { applyFrames, begun, frameIn, type LiveState, NOTHING_YET } from "./apply.ts";
import { backoffMs } from "./backoff.ts";

export type Phase = "connecting" | "catchingUp" | "live" | "reconnecting" | "signedOut" | "closed";

export interface Standing {
  readonly phase: Phase;
  readonly live: LiveState;
  /** Epoch ms by the house's clock: when the stream was last heard. */
  readonly heardAt: number | null;
  /** Epoch ms of this machine; null unless a repeat is waited for. */
  readonly nextTryAt: number | null;
}

export interface LiveAsk {
  readonly views: readonly LiveKind[];
  /** Only rows of this session. */
  readonly sessionId?: string;
  /** Only what changed since this position: what was there then is known already. */
  readonly after?: number;
}

const SUBPROTOCOL = "claw.v1";
const UNAUTHENTICATED: ReadonlySet<string> = new Set(["unauthenticated"]);
/** The gateway's close code that says: this sign-in is over (docs/look-up/live.md). */
const SIGNED_OUT = 4401;
/** Ms without a word after which the stream is held to be cut, though nobody closed it: three heartbeats of the house (docs/look-up/live.md). */
export const SILENT_MS = 30_000;

export class LiveConnection {
  readonly #ask: LiveAsk;
  readonly #listeners = new Set<() => void>();
  #standing: Standing;
  #socket: WebSocket | null = null;
  #pending: LiveFrame[] = [];
  #flush: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  #attempt = 0;

  constructor(ask: LiveAsk) {
    this.#ask = ask;
    this.#standing = {
      phase: "connecting",
      live: ask.after === undefined ? NOTHING_YET : { ...NOTHING_YET, position: ask.after, isWhole: true },
      heardAt: null,
      nextTryAt: null,
    };
  }

  /** As `useSyncExternalStore` wants it: bound, and the same object until something changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly standing = (): Standing => this.#standing;

  open(): void {
    globalThis.addEventListener("online", this.#now);
    document.addEventListener("visibilitychange", this.#now);
    this.#say({ phase: "connecting", nextTryAt: null });
    void this.#connect();
  }

  close(): void {
    globalThis.removeEventListener("online", this.#now);
    document.removeEventListener("visibilitychange", this.#now);
    this.#attempt += 1;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#socket?.close(1000);
    this.#socket = null;
    this.#say({ phase: "closed", nextTryAt: null });
  }

  /** Without waiting for the next repeat: a person asked, the network came back, or the page is looked at again. */
  readonly tryNow = (): void => {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    void this.#connect();
  };
  readonly #now = (): void => {
    if (document.visibilityState === "visible") this.tryNow();
  };

  async #connect(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    try {
      const { ticket } = await request<{ readonly ticket: string }>("/api/ws-ticket", {
        method: "POST",
        body: {},
      });
      if (attempt !== this.#attempt) return;
      this.#standing = { ...this.#standing, live: begun(this.#standing.live) };
      this.#listen(new WebSocket(this.#url(), [SUBPROTOCOL, `ticket.${ticket}`]));
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof ApiProblem && UNAUTHENTICATED.has(error.problem.code))
        this.#say({ phase: "signedOut", nextTryAt: null });
      else this.#again();
    }
  }

  #url(): string {
    const { views, sessionId } = this.#ask;
    const after = this.#standing.live.position;
    const query = new URLSearchParams({
      views: views.join(","),
      ...(sessionId !== undefined && { session: sessionId }),
      ...(after !== null && { after: String(after) }),
    });
    return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live?${query.toString()}`;
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    // A line that is never opened and never refused is cut as well.
    this.#heard(socket);
    socket.addEventListener("open", () => {
      this.#failures = 0;
      this.#heard(socket);
      this.#say({ phase: "catchingUp", nextTryAt: null });
    });
    socket.addEventListener("message", ({ data }) => {
      this.#heard(socket);
      const frame = typeof data === "string" ? frameIn(data) : null;
      if (frame !== null) this.#take(frame);
    });
    socket.addEventListener("close", ({ code }) => this.#ended(socket, code));
  }

  #heard(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      // What a dead line has to say to its close may take minutes to come.
      this.#ended(socket, null);
      socket.close();
    }, SILENT_MS);
  }

  /** `code` null: nobody closed it, and nothing was heard. */
  #ended(socket: WebSocket, code: number | null): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#settle();
    // Who is signed out learns it from the ticket that is refused; a repeat at once makes that quick.
    if (code === SIGNED_OUT) void this.#connect();
    else this.#again();
  }

  #take(frame: LiveFrame): void {
    if (frame.type === "heartbeat") setHouseClock(frame.at);
    this.#pending.push(frame);
    // One render for all that came within a frame of the screen.
    this.#flush ??= setTimeout(this.#settle, 16);
  }

  readonly #settle = (): void => {
    if (this.#flush !== null) clearTimeout(this.#flush);
    this.#flush = null;
    const frames = this.#pending;
    this.#pending = [];
    const live = applyFrames(this.#standing.live, frames);
    if (live === this.#standing.live) return;
    const isOpen = this.#socket !== null;
    this.#say({
      live,
      heardAt: houseNow(),
      ...(isOpen && { phase: live.isCaughtUp ? "live" : "catchingUp" }),
    });
  };

  #again(): void {
    this.#failures += 1;
    const waitMs = backoffMs(this.#failures, Math.random());
    this.#retry = setTimeout(this.tryNow, waitMs);
    this.#say({ phase: "reconnecting", nextTryAt: Date.now() + waitMs });
  }

  #say(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change };
    for (const listener of this.#listeners) listener();
  }
}
