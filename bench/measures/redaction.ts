import { makeRedactor } from "@claw/redact";
import type { Measure } from "../table.ts";

const LINE =
  "const total = items.reduce((sum, item) => sum + item.price * item.count, 0); // rounds at the end\n";

/** Microseconds per KiB of ordinary transcript text, one full pass. */
export function measureRedaction(): readonly Measure[] {
  const known = Array.from({ length: 20 }, (_, n) => `known-secret-value-${n}-${"x".repeat(20)}`);
  const redactor = makeRedactor({ known, linkKey: "bench" });
  const text = LINE.repeat(Math.ceil(8_192 / LINE.length)).slice(0, 8_192);
  for (let n = 0; n < 50; n += 1) redactor.text(text);
  const rounds = 400;
  const startedAt = performance.now();
  for (let n = 0; n < rounds; n += 1) redactor.text(text);
  const perKiB = ((performance.now() - startedAt) * 1_000) / rounds / 8;
  return [{ name: "redaction, 8 KiB texts, 20 known secrets", value: perKiB, unit: "µs/KiB", aim: "≤ 150" }];
}
