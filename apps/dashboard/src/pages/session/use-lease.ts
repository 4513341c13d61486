/** Holding the write lease from this page: taken, renewed while the page is open, given back when it is left. When a lease ends is policy's alone to know (DESIGN 14.8). */
import { useCallback, useEffect, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { newCommandId, submit } from "../../api/commands.ts";
import type { Problem } from "../../api/types.ts";
import { houseNow } from "../../state/now.ts";

/** A renewal is asked for when a third of the time is over, so that two may fail. */
const RENEW_SHARE = 3;

export interface Held {
  readonly leaseId: string;
  readonly ttlMs: number;
  /** Epoch ms of the house: when policy last said that it goes on. */
  readonly renewedAt: number;
}

export interface LeaseInHand {
  /** Null: this page holds none. */
  readonly held: Held | null;
  readonly isBusy: boolean;
  readonly problem: Problem | null;
  readonly take: () => Promise<void>;
  /** Takes it away from whoever has it, with a reason, and takes it. */
  readonly takeOver: (reason: string) => Promise<boolean>;
  readonly release: (leaseId: string) => Promise<void>;
  /** Goes on renewing a lease of the same person that another page took. */
  readonly adopt: (leaseId: string, ttlMs: number) => void;
}

interface Granted {
  readonly lease?: { readonly leaseId: string; readonly ttlMs: number; readonly state: string };
}

export function useLease(sessionId: string): LeaseInHand {
  const [held, setHeld] = useState<Held | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useRenewal(held, setHeld, setProblem);

  const trying = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemIn(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  const acquire = async (): Promise<void> => setHeld(await acquired(sessionId));
  return {
    held,
    isBusy,
    problem,
    take: async () => void (await trying(acquire)),
    takeOver: (reason) =>
      trying(async () => {
        await submit({ type: "lease.break", target: { sessionId }, reason });
        await acquire();
      }),
    release: async (leaseId) => {
      // What this page renews is given back as it is let go of.
      if (held?.leaseId === leaseId) setHeld(null);
      else await trying(async () => void (await submit({ type: "lease.release", leaseId })));
    },
    adopt: (leaseId, ttlMs) => setHeld({ leaseId, ttlMs, renewedAt: houseNow() - ttlMs }),
  };
}

/** In force once its host has the fence on disk; until then nobody writes by it. */
async function acquired(sessionId: string): Promise<Held | null> {
  const commandId = newCommandId();
  const answer = await submit(
    { type: "lease.acquire", commandId, target: { sessionId } },
    { wait: "outcome", waitMs: 15_000 },
  );
  const { lease } = answer as typeof answer & Granted;
  if (lease === undefined || lease.state !== "inForce") return null;
  return { leaseId: lease.leaseId, ttlMs: lease.ttlMs, renewedAt: houseNow() };
}

function useRenewal(
  held: Held | null,
  setHeld: (change: (before: Held | null) => Held | null) => void,
  setProblem: (problem: Problem | null) => void,
): void {
  const leaseId = held?.leaseId ?? null;
  const ttlMs = held?.ttlMs ?? 0;
  useEffect(() => {
    if (leaseId === null) return undefined;
    let isLeft = false;
    let isOver = false;
    const renew = async (): Promise<void> => {
      const askedAt = houseNow();
      try {
        await submit({ type: "lease.renew", leaseId });
        if (!isLeft)
          setHeld((before) => (before?.leaseId === leaseId ? { ...before, renewedAt: askedAt } : before));
      } catch (error) {
        const found = problemIn(error);
        // Where nobody answers it may still be ours; where policy says no, it is over.
        if (isLeft || found.status === 0 || found.status === 503) return;
        isOver = true;
        setProblem(found);
        setHeld((before) => (before?.leaseId === leaseId ? null : before));
      }
    };
    void renew();
    const timer = setInterval(() => void renew(), ttlMs / RENEW_SHARE);
    return () => {
      isLeft = true;
      clearInterval(timer);
      if (!isOver) void submit({ type: "lease.release", leaseId }).catch(() => undefined);
    };
  }, [leaseId, ttlMs, setHeld, setProblem]);
}
