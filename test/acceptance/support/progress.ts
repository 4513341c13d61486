/** Says on stderr how far a long test is, so that nobody has to wonder. */
export const progress = (line: string): void => void process.stderr.write(`  … ${line}\n`);
