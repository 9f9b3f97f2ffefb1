/** What a value is made of: its objects and the memory under its views. */

/** Every object in a value, itself included, and the memory of each view. Each comes as often as it is met, a view's memory after it. */
function* partsOf(value: unknown): Generator<object> {
  const left: unknown[] = [value];
  // What was met is not entered again, so that what repeats itself without end comes to an end.
  const entered = new Set<object>();
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part !== 'object' || part === null) continue;
    yield part;
    if (entered.has(part)) continue;
    entered.add(part);
    if (ArrayBuffer.isView(part)) left.push(part.buffer);
    else if (part instanceof Map)
      for (const entry of part as ReadonlyMap<unknown, unknown>) left.push(...entry);
    else if (part instanceof Set) for (const member of part as ReadonlySet<unknown>) left.push(member);
    else for (const member of Object.values(part)) left.push(member);
  }
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
