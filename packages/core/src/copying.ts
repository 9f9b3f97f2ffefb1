/** Copies: a checked one of what a caller wrote, and cheaper ones of what was checked. */
import { Bounds } from './bounds.ts';
import { type Place, placed, told } from './refusal.ts';
import {
  NativeDate,
  changed,
  checkDepth,
  kindOf,
  knownKind,
  memberNames,
  refuseOddArray,
  refusePrimitive,
} from './values.ts';
import { bytesOf, viewTypeOf } from './views.ts';

/**
 * Returns a deep copy that shares nothing mutable with `value`. Throws a `TypeError` that names the place and the remedy when something
 * in it is not of the value model. Check and copy are one walk that reads each member once: what was checked is what was copied.
 */
export function copyValue<T>(value: T): T {
  try {
    if (typeof value === 'object' && value !== null) return new Copier(value).copy() as T;
    if (typeof value === 'function' || typeof value === 'symbol') refusePrimitive(value);
    return value;
  } catch (error) {
    throw told(error);
  }
}

/** Throws what {@link copyValue} would throw. */
export function checkValue(value: unknown): void {
  copyValue(value);
}

/** A container whose copy still holds parts of the original. */
interface Unfinished extends Place {
  readonly parent: Unfinished | undefined;
  readonly depth: number;
  readonly copy: object;
}

/** Copies without recursion: how deep a value is nested must not decide whether the stack is deep enough. */
class Copier {
  readonly #value: object;
  readonly #bounds: Bounds;
  readonly #unfinished: Unfinished[] = [];

  constructor(value: object) {
    this.#value = value;
    this.#bounds = new Bounds(value);
  }

  copy(): object {
    const copy = this.#shallow(this.#value, undefined, '');
    for (let next = this.#unfinished.pop(); next !== undefined; next = this.#unfinished.pop())
      this.#finish(next);
    return copy;
  }

  /** Copies one level. When objects are left in the copy, it is finished later. */
  #shallow(value: object, parent: Unfinished | undefined, key: string | number): object {
    const kind = kindOf(value);
    switch (kind) {
      case 'plain':
      case 'bare': {
        const names = memberNames(value);
        this.#bounds.spend(names.length + 1);
        // The spread keeps the hidden class and reads every member once. From here on only the copy is looked at.
        const copy: Record<string, unknown> = kind === 'plain' ? { ...value } : { __proto__: null, ...value };
        if (Object.keys(copy).length !== names.length) throw changed();
        return this.#noted(copy, value, parent, key, hasOpenMember(copy));
      }
      case 'array': {
        const array = value as readonly unknown[];
        refuseOddArray(array);
        const { length } = array;
        this.#bounds.spend(length + 1);
        const copy = [...array];
        if (copy.length !== length) throw changed();
        return this.#noted(copy, value, parent, key, copy.some(isOpen));
      }
      case 'map': {
        const copy = new Map(value as ReadonlyMap<unknown, unknown>);
        this.#bounds.spend(2 * copy.size + 1);
        let open = false;
        for (const [name, member] of copy) open ||= isOpen(name) || isOpen(member);
        return this.#noted(copy, value, parent, key, open);
      }
      case 'set': {
        const copy = new Set(value as ReadonlySet<unknown>);
        this.#bounds.spend(copy.size + 1);
        let open = false;
        for (const member of copy) open ||= isOpen(member);
        return this.#noted(copy, value, parent, key, open);
      }
      case 'date':
        return new NativeDate(NativeDate.prototype.getTime.call(value));
      case 'buffer':
        return this.#bytes(value, kind);
      case 'view':
        break;
    }
    return viewTypeOf(value).make(this.#bytes(value, kind));
  }

  #noted(
    copy: object,
    container: object,
    parent: Unfinished | undefined,
    key: string | number,
    open: boolean,
  ): object {
    const depth = parent === undefined ? 1 : parent.depth + 1;
    checkDepth(depth);
    if (open) this.#unfinished.push({ container, parent, key, depth, copy });
    return copy;
  }

  /** Puts copies in the place of the objects of the original. */
  #finish(place: Unfinished): void {
    const { copy } = place;
    let key: string | number = 0;
    try {
      if (copy instanceof Map) {
        const entries = [...(copy as ReadonlyMap<unknown, unknown>)];
        copy.clear();
        for (const [name, member] of entries) {
          const own = this.#part(name, place, key++);
          copy.set(own, this.#part(member, place, key));
          key++;
        }
      } else if (copy instanceof Set) {
        const members = [...(copy as ReadonlySet<unknown>)];
        copy.clear();
        for (const member of members) {
          copy.add(this.#part(member, place, key));
          key++;
        }
      } else if (Array.isArray(copy)) {
        for (; key < copy.length; key++) {
          const element: unknown = copy[key];
          if (isOpen(element)) copy[key] = this.#part(element, place, key);
        }
      } else {
        const members = copy as Record<string, unknown>;
        for (key in members) {
          const member = members[key];
          // `for in` also visits what somebody added to Object.prototype.
          if (isOpen(member) && Object.hasOwn(members, key)) members[key] = this.#part(member, place, key);
        }
      }
    } catch (error) {
      throw placed(error, place, key);
    }
  }

  #part(value: unknown, place: Unfinished, key: string | number): unknown {
    if (typeof value === 'object') return value === null ? null : this.#shallow(value, place, key);
    return typeof value === 'function' || typeof value === 'symbol' ? refusePrimitive(value) : value;
  }

  #bytes(value: object, kind: 'buffer' | 'view'): ArrayBuffer {
    const bytes = bytesOf(value, kind);
    this.#bounds.spend(bytes.length >>> 6);
    return bytes.slice().buffer;
  }
}

/** Whether a copy cannot just take a part over: it is an object, or nothing a cache holds. */
function isOpen(value: unknown): boolean {
  return typeof value === 'object'
    ? value !== null
    : typeof value === 'function' || typeof value === 'symbol';
}

function hasOpenMember(members: Readonly<Record<string, unknown>>): boolean {
  for (const name in members) if (isOpen(members[name])) return true;
  return false;
}

/** The depth from which a clone is made without recursion. */
const DEEP = 64;

/** Returns a deep copy of a value that came out of {@link copyValue} or a decoder. Checks nothing that a caller could have got wrong. */
export function cloneValue(value: object, depth = 0): object {
  if (depth === DEEP) return copyValue(value);
  const kind = knownKind(value);
  switch (kind) {
    case 'plain':
    case 'bare': {
      const copy: Record<string, unknown> = kind === 'plain' ? { ...value } : { __proto__: null, ...value };
      for (const name in copy) {
        const member = copy[name];
        if (typeof member === 'object' && member !== null && Object.hasOwn(copy, name))
          copy[name] = cloneValue(member, depth + 1);
      }
      return copy;
    }
    case 'array': {
      const copy = (value as readonly unknown[]).slice();
      for (let i = 0; i < copy.length; i++) {
        const element = copy[i];
        if (typeof element === 'object' && element !== null) copy[i] = cloneValue(element, depth + 1);
      }
      return copy;
    }
    case 'date':
      return new NativeDate((value as Date).getTime());
    case 'map': {
      const copy = new Map<unknown, unknown>();
      for (const [key, member] of value as ReadonlyMap<unknown, unknown>) {
        copy.set(clonePart(key, depth), clonePart(member, depth));
      }
      return copy;
    }
    case 'set': {
      const copy = new Set<unknown>();
      for (const member of value as ReadonlySet<unknown>) copy.add(clonePart(member, depth));
      return copy;
    }
    case 'buffer':
      return (value as ArrayBuffer).slice(0);
    case 'view':
      return viewTypeOf(value).make(bytesOf(value, 'view').slice().buffer);
    case undefined:
      break;
  }
  return copyValue(value);
}

function clonePart(value: unknown, depth: number): unknown {
  return typeof value === 'object' && value !== null ? cloneValue(value, depth + 1) : value;
}
