/** What a value is made of: its objects and the memory under its views. */

/** Every object in a value, itself included, and the memory of each view. Each comes as often as it is met, a view's memory after it. */
export function* partsOf(value: unknown): Generator<object> {
  const left: unknown[] = [value];
  // What was met is not entered again, so that what repeats itself without end comes to an end.
  const entered = new Set<object>();
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part !== 'object' || part === null) continue;
    yield part;
    if (entered.has(part)) continue;
    entered.add(part);
    for (const member of ArrayBuffer.isView(part) ? [part.buffer] : membersOf(part)) left.push(member);
  }
}

/** How many containers lie within each other, at most; 0: the value is none. A value must not hold itself. */
export function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = containersIn([value]); level.length > 0; depth++)
    level = level.flatMap((container) => containersIn(membersOf(container)));
  return depth;
}

function containersIn(values: readonly unknown[]): object[] {
  return values.filter(
    (value): value is object =>
      typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Date),
  );
}

function membersOf(container: object): readonly unknown[] {
  if (container instanceof Map) return [...(container as ReadonlyMap<unknown, unknown>)].flat();
  return container instanceof Set ? [...(container as ReadonlySet<unknown>)] : Object.values(container);
}

/** A part that a value has twice; `undefined`: it is a tree, down to the memory of its views. */
export function repeatedPart(value: unknown): object | undefined {
  const seen = new Set<object>();
  for (const part of partsOf(value)) {
    if (seen.has(part)) return part;
    seen.add(part);
  }
  return undefined;
}
