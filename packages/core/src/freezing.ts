/**
 * Frozen values. A value made of plain objects and arrays alone is frozen through and through and shared by every reader. Dates, maps, sets
 * and bytes cannot be frozen in JavaScript, so a value that holds one is never shared whole: each reader gets its own of those and of what
 * leads to them, the rest stays shared.
 */
import { cloneValue } from './copying.ts';
import { knownKind } from './values.ts';

type Primitive = string | number | bigint | boolean | null | undefined;
type Bytes = ArrayBuffer | ArrayBufferView;

/** What a reader of frozen values gets for a `T`. Functions cannot be stored, so none is left. */
export type DeepReadonly<T> = T extends Primitive | Date | Bytes
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
      : T extends ReadonlySet<infer M>
        ? ReadonlySet<DeepReadonly<M>>
        : T extends object
          ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
          : T;

/** Freezes a private value in place, as deep as it goes. True: nothing in it can be changed any more, it may be shared. */
export function freezeValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  let frozen = true;
  switch (knownKind(value)) {
    case 'plain':
    case 'bare':
    case 'array':
      for (const member of Object.values(value)) {
        if (typeof member === 'object' && member !== null && !freezeValue(member)) frozen = false;
      }
      Object.freeze(value);
      return frozen;
    case 'map':
      for (const [key, member] of value as ReadonlyMap<unknown, unknown>) {
        freezeValue(key);
        freezeValue(member);
      }
      return false;
    case 'set':
      for (const member of value as ReadonlySet<unknown>) freezeValue(member);
      return false;
    case 'date':
    case 'buffer':
    case 'view':
    case undefined:
      break;
  }
  return false;
}

/** A reader's own of a value that went through {@link freezeValue}: what could not be frozen is copied, what was frozen is shared. */
export function renewFrozen(value: object): object {
  const kind = knownKind(value);
  if (kind !== 'plain' && kind !== 'bare' && kind !== 'array') {
    const copy = cloneValue(value);
    freezeValue(copy);
    return copy;
  }
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const member: unknown = value[name as keyof typeof value];
    if (typeof member !== 'object' || member === null) continue;
    const own = renewFrozen(member);
    if (own === member) continue;
    copy ??= shallowCopy(value, kind);
    copy[name] = own;
  }
  return copy === undefined ? value : Object.freeze(copy);
}

function shallowCopy(value: object, kind: 'plain' | 'bare' | 'array'): Record<string, unknown> {
  if (kind === 'array') return (value as unknown[]).slice() as unknown as Record<string, unknown>;
  return kind === 'plain' ? { ...value } : { __proto__: null, ...value };
}
