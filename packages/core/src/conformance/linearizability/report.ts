/** A violation, told so that one can follow it. */
import type { CacheInput, CacheOperation, CacheOutput } from './cache-model.ts';
import type { Verdict } from './checker.ts';

type Violation = Extract<Verdict<CacheInput, CacheOutput>, { status: 'violation' }>;

/** The operations on the key in the order of their starts, with a mark at those that no order could go on with. */
export function describeViolation(
  { key, longest, stuckOn }: Violation,
  history: readonly CacheOperation[],
): string {
  const ordered = new Set<unknown>(longest);
  const stuck = new Set<unknown>(stuckOn);
  const lines = history
    .filter((operation) => operation.key === key)
    .toSorted((one, other) => one.start - other.start)
    .map((operation) => {
      const mark = stuck.has(operation) ? '  <== stuck' : ordered.has(operation) ? '' : '  (later)';
      return `${describe(operation)}${mark}`;
    });
  return [`not linearizable: ${key}`, ...lines].join('\n');
}

function describe({ client, input, output, start, end, overlapped }: CacheOperation): string {
  const { op, ...parts } = input;
  const when = `${start.toFixed(2).padStart(9)} ${end.toFixed(2).padStart(9)}`;
  return `${when}  ${client} ${op} ${JSON.stringify(parts)} => ${JSON.stringify(output)}${overlapped ? ' ~' : ''}`;
}
