/** Ways to spoil values. */

/** Changes everything in a value that can be changed. Gives how many changes were made: none of what is frozen. */
export function spoil(value: unknown, seen: Set<unknown> = new Set()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  let changes = 1;
  if (value instanceof Map) {
    for (const [key, member] of value as Map<unknown, unknown>)
      changes += spoil(key, seen) + spoil(member, seen);
    value.clear();
    value.set('spoilt', true);
    return changes;
  }
  if (value instanceof Set) {
    for (const member of value as Set<unknown>) changes += spoil(member, seen);
    value.clear();
    value.add('spoilt');
    return changes;
  }
  if (value instanceof Date) {
    value.setTime(Object.is(value.getTime(), 1) ? 2 : 1);
    return changes;
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes =
      value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    bytes.forEach((byte, i) => (bytes[i] = byte ^ 0xff));
    return bytes.length === 0 ? 0 : changes;
  }
  changes = 0;
  for (const name of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && name === 'length') continue;
    changes += spoil(Reflect.get(value, name), seen);
    changes += Number(Reflect.defineProperty(value, name, { value: 'spoilt' }));
    changes += Number(Reflect.deleteProperty(value, name));
  }
  changes += Number(Reflect.set(value, 'spoilt', true));
  changes += Number(Reflect.setPrototypeOf(value, null));
  return changes;
}
