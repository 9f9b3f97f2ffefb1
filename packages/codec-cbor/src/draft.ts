/** From values to drafts: trees of what cbor-x writes without changing it. */
import { Tag } from 'cbor-x';
import { bytesOfMagnitude } from './bignum.ts';
import {
  BARE,
  BIGNUM,
  DATE,
  EMBEDDED,
  MAX_DEPTH,
  NEGATIVE_BIGNUM,
  NEGATIVE_ZERO,
  PAIRS,
  POSITIVE_BIGNUM,
  SET,
  UTF16,
  isEmbedded,
  isNegativeZero,
  isWellFormed,
} from './format.ts';
import { MEMORY_TYPES, type MemoryType, bytesOf, getterOf, ordered } from './views.ts';

/** Why a value got no draft: it may be of the value model or not. A walk that knows the whole model has to look. */
export class Doubt extends TypeError {}

/** A container that becomes an item of its own. The tag stands in the draft around it and waits for the bytes of that item. */
export interface Part {
  readonly tag: Tag;
  readonly draft: unknown;
}

interface Waiting {
  readonly tag: Tag;
  readonly container: object;
  readonly depth: number;
}

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor } = Object;
const mapSize = getterOf(Map.prototype, 'size');
const setSize = getterOf(Set.prototype, 'size');
/** The Date of the machine, whatever a fake clock puts in its place later. */
const NativeDate: DateConstructor = Date;

/**
 * Makes the draft of one value. It knows the common forms of the value model, and those exactly: each member is read once, into a copy, and
 * what was checked is what is drafted. About anything else it throws a {@link Doubt}.
 */
export class Drafter {
  readonly #waiting: Waiting[] = [];
  #partsLeft: number;

  /** `maxParts`: how many members, entries and pieces of 64 bytes are drafted before the size of the value is in doubt. */
  constructor(maxParts: number) {
    this.#partsLeft = maxParts;
  }

  /** The draft of the value, then its embedded parts, outer ones first. */
  parts(value: unknown): Part[] {
    const parts: Part[] = [{ tag: new Tag(undefined, EMBEDDED), draft: this.#part(value, 0) }];
    // Not by recursion: how deep a value is nested must not decide whether the stack is deep enough.
    for (let i = 0; i < this.#waiting.length; i++) {
      const { tag, container, depth } = this.#waiting[i] as Waiting;
      parts.push({ tag, draft: this.#container(container, depth) });
    }
    return parts;
  }

  #part(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.#spend(value.length >>> 6);
        return isWellFormed(value) ? value : new Tag(utf16Of(value), UTF16);
      case 'number':
        return isNegativeZero(value) ? new Tag(null, NEGATIVE_ZERO) : canonical(value);
      case 'boolean':
      case 'undefined':
        return value;
      case 'bigint':
        if (value < BIGNUM && value > -BIGNUM) return value;
        return value < 0n
          ? new Tag(bytesOfMagnitude(-1n - value), NEGATIVE_BIGNUM)
          : new Tag(bytesOfMagnitude(value), POSITIVE_BIGNUM);
      case 'object':
        return value === null ? null : this.#object(value, depth + 1);
      case 'function':
      case 'symbol':
        break;
    }
    throw new Doubt(`a ${typeof value}`);
  }

  #object(value: object, depth: number): unknown {
    const prototype: unknown = getPrototypeOf(value);
    if (!isEmbedded(depth)) {
      // Nearly every object is one of these two.
      if (prototype === Object.prototype) return this.#plain(value, depth);
      if (prototype === Array.prototype) return this.#array(value, depth);
    }
    if (prototype === NativeDate.prototype)
      return new Tag(canonical(inspected(value, timeOf) as number), DATE);
    const memory = MEMORY_TYPES.get(prototype);
    if (memory !== undefined) return this.#memory(value, memory);
    if (!isEmbedded(depth)) return this.#container(value, depth);
    const tag = new Tag(undefined, EMBEDDED);
    this.#waiting.push({ tag, container: value, depth });
    return tag;
  }

  #container(value: object, depth: number): unknown {
    switch (getPrototypeOf(value)) {
      case Object.prototype:
        return this.#plain(value, depth);
      case Array.prototype:
        return this.#array(value, depth);
      case null:
        return this.#bare(value, depth);
      case Map.prototype: {
        inspected(value, mapSize);
        const entries = [...(value as ReadonlyMap<unknown, unknown>)];
        this.#enter(2 * entries.length, depth);
        const draft = new Map<unknown, unknown>();
        for (const [key, member] of entries) draft.set(this.#part(key, depth), this.#part(member, depth));
        return draft;
      }
      case Set.prototype:
        inspected(value, setSize);
        return new Tag(this.#elements([...(value as ReadonlySet<unknown>)], depth), SET);
      default:
        throw new Doubt('an object of another kind');
    }
  }

  #plain(value: object, depth: number): unknown {
    const count = this.#countMembers(value, depth);
    // The spread keeps the hidden class and reads every member once. From here on only the copy is looked at.
    const copy: Record<string, unknown> = { ...value };
    const names = Object.keys(copy);
    if (names.length !== count) throw new Doubt('a hidden member');
    for (let i = 0; i < names.length; i++)
      if (!isWellFormed(names[i] as string)) return new Tag(this.#pairs(copy, depth), PAIRS);
    const members = Object.values(copy);
    for (let i = 0; i < members.length; i++) {
      const member = members[i];
      const draft = this.#part(member, depth);
      if (draft !== member) copy[names[i] as string] = draft;
    }
    return copy;
  }

  #bare(value: object, depth: number): unknown {
    const count = this.#countMembers(value, depth);
    const copy: Record<string, unknown> = { __proto__: null, ...value };
    if (Object.keys(copy).length !== count) throw new Doubt('a hidden member');
    return new Tag(this.#pairs(copy, depth), BARE);
  }

  /** How many members a plain object has, hidden ones too, after a look that each of them is data. Reads none. */
  #countMembers(value: object, depth: number): number {
    if (getOwnPropertySymbols(value).length > 0) throw new Doubt('a member under a symbol');
    const names = getOwnPropertyNames(value);
    this.#enter(names.length, depth);
    for (let i = 0; i < names.length; i++) {
      const descriptor = getOwnPropertyDescriptor(value, names[i] as string);
      if (descriptor === undefined || descriptor.get !== undefined || descriptor.set !== undefined)
        throw new Doubt('an accessor');
    }
    return names.length;
  }

  /** Names and values in turn. */
  #pairs(members: Record<string, unknown>, depth: number): unknown[] {
    const pairs: unknown[] = [];
    for (const name of Object.keys(members))
      pairs.push(this.#part(name, depth), this.#part(members[name], depth));
    return pairs;
  }

  #array(value: object, depth: number): unknown[] {
    if (!Array.isArray(value) || getOwnPropertySymbols(value).length > 0) throw new Doubt('an odd array');
    const names = Object.keys(value);
    const { length } = value;
    // Indices come first, in order: when the last name is the last index, all of them are indices. Judged before there is a copy: one of
    // nothing but holes could be larger than the memory.
    if (names.length !== length || (length > 0 && names[length - 1] !== String(length - 1)))
      throw new Doubt('an odd array');
    const copy = [...(value as readonly unknown[])];
    if (copy.length !== length) throw new Doubt('an array that changes');
    return this.#elements(copy, depth);
  }

  /** Drafts the elements of a fresh array in their places. */
  #elements(elements: unknown[], depth: number): unknown[] {
    this.#enter(elements.length, depth);
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      const draft = this.#part(element, depth);
      if (draft !== element) elements[i] = draft;
    }
    return elements;
  }

  #memory(value: object, { tag, width }: MemoryType): unknown {
    if (value instanceof ArrayBuffer && Reflect.ownKeys(value).length > 0) throw new Doubt('an odd buffer');
    let bytes: Uint8Array;
    try {
      bytes = ordered(bytesOf(value), width);
    } catch {
      throw new Doubt('odd memory');
    }
    this.#spend(bytes.length >>> 6);
    return tag === undefined ? bytes : new Tag(bytes, tag);
  }

  /** Counts a container and its parts, and looks how deep it lies. */
  #enter(parts: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Doubt('a deep value');
    this.#spend(parts + 1);
  }

  #spend(parts: number): void {
    if ((this.#partsLeft -= parts) < 0) throw new Doubt('a large value');
  }
}

/** The same number; of the many bit patterns of `NaN` the one. */
function canonical(value: number): number {
  return Number.isNaN(value) ? NaN : value;
}

function timeOf(this: unknown): unknown {
  return NativeDate.prototype.getTime.call(this);
}

/** What a getter tells of an object that is what its prototype says, and nothing more. */
function inspected(value: object, getter: (this: unknown) => unknown): unknown {
  if (Reflect.ownKeys(value).length > 0) throw new Doubt('a member that would be lost');
  try {
    return getter.call(value);
  } catch {
    throw new Doubt('an object that only looks the part');
  }
}

function utf16Of(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}
