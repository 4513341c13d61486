/** The entrance: where upgrades become sockets, and how all of them are let go at the end. */
import { MAX_FRAME_BYTES, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { Effect, type Scope } from "effect";
import { WebSocketServer } from "ws";
import type { Switchboard } from "./board.ts";
import { openTurnstile } from "./domain/turnstile.ts";
import { refuse } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";
import { type Entrance, turnAwayHeld } from "./upgrade.ts";

/** How long sockets have to close at the end, in ms. */
const FAREWELL_MS = 500;

export const openEntrance = (board: Switchboard): Effect.Effect<Entrance, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Entrance => {
      const handleProtocols = (): string => UPLINK_SUBPROTOCOL;
      const limits = { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false };
      return {
        board,
        turnstile: openTurnstile(board.clocks.monoMs(), board.limits.welcomes),
        timer: null,
        isOpen: true,
        server: new WebSocketServer({ noServer: true, handleProtocols, ...limits }),
      };
    }),
    (entrance) => sayFarewell(entrance),
  );

const sayFarewell = (entrance: Entrance): Effect.Effect<void> =>
  Effect.suspend(() => {
    entrance.isOpen = false;
    turnAwayHeld(entrance);
    const open = [...entrance.board.open];
    for (const uplink of open) refuse(entrance.board, uplink, "stopping", "The house is stopping.", 1_000);
    const closings = Effect.forEach(open, closingOf, { concurrency: "unbounded", discard: true });
    return Effect.timeoutOrElse(closings, {
      duration: FAREWELL_MS,
      orElse: () => Effect.sync(() => open.forEach(({ socket }) => socket.terminate())),
    });
  });

const closingOf = ({ socket }: Uplink): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (socket.readyState === socket.CLOSED) resume(Effect.void);
    else socket.once("close", () => resume(Effect.void));
  });
