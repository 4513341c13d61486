/** Cuts a byte stream into lines, holding at most `limitBytes` of an unfinished one. */
export interface LineCutter {
  /**
   * Takes the next bytes and gives the lines that they complete, without their line end and without empty lines.
   * Returns `"too_long"` as soon as a line, finished or not, exceeds the limit; the stream is then of no more use.
   */
  readonly push: (chunk: Uint8Array) => readonly Uint8Array[] | "too_long";
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export function makeLineCutter(limitBytes: number): LineCutter {
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  function finish(tail: Uint8Array): Uint8Array {
    const line = held.length === 0 ? tail : join([...held, tail], heldBytes + tail.byteLength);
    held = [];
    heldBytes = 0;
    return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
  }

  return {
    push: (chunk) => {
      const lines: Uint8Array[] = [];
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
        if (heldBytes + end - from > limitBytes) return "too_long";
        const line = finish(chunk.subarray(from, end));
        if (line.byteLength > 0) lines.push(line);
        from = end + 1;
      }
      if (from < chunk.byteLength) {
        held.push(chunk.subarray(from));
        heldBytes += chunk.byteLength - from;
      }
      return heldBytes > limitBytes ? "too_long" : lines;
    },
  };
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
