/** How deep values may be nested. */
import { malformed } from './text.ts';

/** The limit of the value model. */
export const MAX_DEPTH = 2_000;

/** Refuses a value that is nested deeper than any that was written. Without recursion. */
export function checkDepth(value: unknown): void {
  let level = containersIn([value]);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw malformed('nested too deeply');
    level = level.flatMap((container) => containersIn(partsOf(container)));
  }
}

function containersIn(parts: readonly unknown[]): object[] {
  return parts.filter((part) => typeof part === 'object' && part !== null);
}

function partsOf(container: object): readonly unknown[] {
  if (container instanceof Map) return [...(container as ReadonlyMap<unknown, unknown>)].flat();
  if (container instanceof Set) return [...(container as ReadonlySet<unknown>)];
  // Bytes have no parts, and as members they would be many.
  return ArrayBuffer.isView(container) ? [] : Object.values(container);
}
