/** A line on stderr while something is waited for: on a terminal only, and gone when the wait is over. */
import type { Io } from "../io.ts";
import { ageOf } from "./age.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 120;

/** What `work` gives; `words` say meanwhile what is waited for, and how long. */
export async function whileWaiting<A>(io: Io, words: string, work: Promise<A>): Promise<A> {
  const { progress } = io;
  if (progress === undefined) return work;
  const startedAt = io.nowMs();
  let frame = 0;
  const timer = setInterval(() => {
    frame = (frame + 1) % FRAMES.length;
    progress(`${FRAMES[frame]} ${words} (${ageOf(io.nowMs() - startedAt)})`);
  }, FRAME_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    progress("");
  }
}
