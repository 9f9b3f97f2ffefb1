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

/** The depth from which parts are frozen without recursion, and from which nothing is shared: the way there needs no deep stack. */
const DEEP = 64;

/** Freezes a private value in place, as deep as it goes. True: nothing in it can be changed any more, it may be shared. */
export function freezeValue(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === DEEP) return freezeDeep(value);
  const kind = knownKind(value);
  let shareable = true;
  if (kind === 'array') {
    const array = Object.freeze(value) as readonly unknown[];
    for (let at = 0; at < array.length; at++)
      if (isObject(array[at]) && !freezeValue(array[at], depth + 1)) shareable = false;
    return shareable;
  }
  if (kind !== 'plain' && kind !== 'bare') return freezeDeep(value);
  const members = Object.freeze(value) as Readonly<Record<string, unknown>>;
  for (const name in members) {
    const member = members[name];
    // `for in` also visits what somebody added to Object.prototype.
    if (isObject(member) && Object.hasOwn(members, name) && !freezeValue(member, depth + 1))
      shareable = false;
  }
  return shareable;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function freezeDeep(value: object): boolean {
  let shareable = true;
  const left: object[] = [value];
  const freezeLater = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) left.push(part);
  };
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    switch (knownKind(next)) {
      case 'plain':
      case 'bare':
      case 'array':
        Object.values(Object.freeze(next)).forEach(freezeLater);
        break;
      case 'map':
        shareable = false;
        for (const [key, member] of next as ReadonlyMap<unknown, unknown>) {
          freezeLater(key);
          freezeLater(member);
        }
        break;
      case 'set':
        shareable = false;
        (next as ReadonlySet<unknown>).forEach(freezeLater);
        break;
      case 'date':
      case 'buffer':
      case 'view':
      case undefined:
        shareable = false;
    }
  }
  return shareable;
}

/** A reader's own of a value that went through {@link freezeValue}: what could not be frozen is copied, what was frozen is shared. */
export function renewFrozen(value: object, depth = 0): object {
  const kind = knownKind(value);
  if (depth === DEEP || (kind !== 'plain' && kind !== 'bare' && kind !== 'array')) {
    const copy = cloneValue(value);
    freezeValue(copy);
    return copy;
  }
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const member: unknown = value[name as keyof typeof value];
    if (typeof member !== 'object' || member === null) continue;
    const own = renewFrozen(member, depth + 1);
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
