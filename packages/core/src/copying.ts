/** Copies: a checked one of what a caller wrote, and cheaper ones of what was checked. */
import { entryStep, indexStep, keyStep, memberStep, passing, setStep, told } from './refusal.ts';
import {
  Bounds,
  NativeDate,
  bytesOf,
  changed,
  kindOf,
  knownKind,
  memberNames,
  refuseOddArray,
  refusePrimitive,
  viewTypeOf,
} from './values.ts';

/**
 * Returns a deep copy that shares nothing mutable with `value`. Throws a `TypeError` that names the place and the remedy when something
 * in it is not of the value model. Check and copy are one walk that reads each member once: what was checked is what was copied.
 */
export function copyValue<T>(value: T): T {
  try {
    return new Copier().copy(value) as T;
  } catch (error) {
    throw told(error);
  }
}

/** Throws what {@link copyValue} would throw. */
export function checkValue(value: unknown): void {
  copyValue(value);
}

class Copier {
  readonly #bounds = new Bounds();

  copy(value: unknown): unknown {
    if (typeof value === 'object') return value === null ? null : this.#object(value);
    return typeof value === 'function' || typeof value === 'symbol' ? refusePrimitive(value) : value;
  }

  #object(value: object): object {
    const kind = kindOf(value);
    switch (kind) {
      case 'plain':
      case 'bare':
        return this.#members(value, kind);
      case 'array':
        return this.#elements(value as readonly unknown[]);
      case 'date':
        return new NativeDate(NativeDate.prototype.getTime.call(value));
      case 'map':
        return this.#map(value as ReadonlyMap<unknown, unknown>);
      case 'set':
        return this.#set(value as ReadonlySet<unknown>);
      case 'buffer':
        return this.#bytes(value, kind);
      case 'view':
        break;
    }
    return viewTypeOf(value).make(this.#bytes(value, kind));
  }

  #members(value: object, kind: 'plain' | 'bare'): object {
    const names = memberNames(value);
    this.#bounds.enter(names.length);
    // The spread keeps the hidden class and reads every member once. From here on only the copy is looked at.
    const copy: Record<string, unknown> = kind === 'plain' ? { ...value } : { __proto__: null, ...value };
    if (Object.getOwnPropertySymbols(copy).length > 0 || Object.keys(copy).length !== names.length)
      throw changed();
    let name = '';
    try {
      for (name in copy) {
        const member = copy[name];
        if (typeof member === 'object') {
          // `for in` also visits what somebody added to Object.prototype.
          if (member !== null && Object.hasOwn(copy, name)) copy[name] = this.#object(member);
        } else if (typeof member === 'function' || typeof member === 'symbol') {
          if (Object.hasOwn(copy, name)) refusePrimitive(member);
        }
      }
    } catch (error) {
      throw passing(error, value, memberStep(name));
    }
    this.#bounds.leave();
    return copy;
  }

  #elements(value: readonly unknown[]): unknown[] {
    refuseOddArray(value);
    this.#bounds.enter(value.length);
    const copy = [...value];
    if (copy.length !== value.length) throw changed();
    let index = 0;
    try {
      for (; index < copy.length; index++) {
        const element = copy[index];
        if (typeof element === 'object') {
          if (element !== null) copy[index] = this.#object(element);
        } else if (typeof element === 'function' || typeof element === 'symbol') {
          refusePrimitive(element);
        }
      }
    } catch (error) {
      throw passing(error, value, indexStep(index));
    }
    this.#bounds.leave();
    return copy;
  }

  #map(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    this.#bounds.enter(value.size);
    const copy = new Map<unknown, unknown>();
    let index = 0;
    for (const [key, member] of value) {
      let step = keyStep;
      try {
        const ownKey = this.copy(key);
        step = (at) => entryStep(key, at);
        copy.set(ownKey, this.copy(member));
      } catch (error) {
        throw passing(error, value, step(index));
      }
      index++;
    }
    this.#bounds.leave();
    return copy;
  }

  #set(value: ReadonlySet<unknown>): Set<unknown> {
    this.#bounds.enter(value.size);
    const copy = new Set<unknown>();
    let index = 0;
    try {
      for (const member of value) {
        copy.add(this.copy(member));
        index++;
      }
    } catch (error) {
      throw passing(error, value, setStep(index));
    }
    this.#bounds.leave();
    return copy;
  }

  #bytes(value: object, kind: 'buffer' | 'view'): ArrayBuffer {
    const bytes = bytesOf(value, kind);
    this.#bounds.spend(bytes.length >>> 6);
    return bytes.slice().buffer;
  }
}

/** Returns a deep copy of a value that came out of {@link copyValue} or a decoder. Checks nothing. */
export function cloneValue(value: object): object {
  const kind = knownKind(value);
  switch (kind) {
    case 'plain':
    case 'bare': {
      const copy: Record<string, unknown> = kind === 'plain' ? { ...value } : { __proto__: null, ...value };
      for (const name in copy) {
        const member = copy[name];
        if (typeof member === 'object' && member !== null && Object.hasOwn(copy, name))
          copy[name] = cloneValue(member);
      }
      return copy;
    }
    case 'array': {
      const copy = (value as readonly unknown[]).slice();
      for (let i = 0; i < copy.length; i++) {
        const element = copy[i];
        if (typeof element === 'object' && element !== null) copy[i] = cloneValue(element);
      }
      return copy;
    }
    case 'date':
      return new NativeDate((value as Date).getTime());
    case 'map': {
      const copy = new Map<unknown, unknown>();
      for (const [key, member] of value as ReadonlyMap<unknown, unknown>)
        copy.set(cloneAny(key), cloneAny(member));
      return copy;
    }
    case 'set': {
      const copy = new Set<unknown>();
      for (const member of value as ReadonlySet<unknown>) copy.add(cloneAny(member));
      return copy;
    }
    case 'buffer':
      return (value as ArrayBuffer).slice(0);
    case 'view':
      return viewTypeOf(value).make(bytesOf(value, 'view').slice().buffer);
    case undefined:
      break;
  }
  throw new TypeError('only a value that was checked can be cloned');
}

function cloneAny(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? cloneValue(value) : value;
}
