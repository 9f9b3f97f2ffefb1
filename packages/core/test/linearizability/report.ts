/** The long runs and what they tell. */
import type { Summary } from '../../src/conformance/linearizability/rounds.ts';

/** `CACHE_LONG=1`: all the time it takes, and a line for each run. */
export const isLong: boolean = process.env['CACHE_LONG'] === '1';

export async function report(name: string, run: () => Promise<Summary>): Promise<Summary> {
  const startedAt = performance.now();
  const summary = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const { rounds, operations, unknown, failures } = summary;
  tell(
    `${name}: ${rounds} rounds, ${operations} operations, ${unknown} unknown outcomes, ${failures.length} failures, ${seconds} s`,
  );
  return summary;
}

export function tell(line: string): void {
  if (isLong) process.stdout.write(`${line}\n`);
}
