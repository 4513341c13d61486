import { makeRedactor } from "@claw/redact";
import type { Bench } from "../bench.ts";

const LINE =
  "const total = items.reduce((sum, item) => sum + item.price * item.count, 0); // rounds at the end\n";
const TEXT = LINE.repeat(Math.ceil(8_192 / LINE.length)).slice(0, 8_192);
const WARM_UP = 50;

/** Microseconds per KiB of ordinary transcript text, one full pass. */
export const redactionBench: Bench = {
  name: "redaction",
  run: (isQuick) => {
    const known = Array.from({ length: 20 }, (_, n) => `known-secret-value-${n}-${"x".repeat(20)}`);
    const redactor = makeRedactor({ known, linkKey: "bench" });
    for (let n = 0; n < WARM_UP; n += 1) redactor.text(TEXT);
    const rounds = isQuick ? 100 : 400;
    const startedAt = performance.now();
    for (let n = 0; n < rounds; n += 1) redactor.text(TEXT);
    const value = ((performance.now() - startedAt) * 1_000) / rounds / 8;
    const name = "redaction, 8 KiB texts, 20 known secrets";
    return Promise.resolve([{ name, value, unit: "µs/KiB", better: "less", aim: "≤ 150" }]);
  },
};
