/** From bytes to values. */
import { MAX_PARTS } from '@cache/core/codec-parts';
import { malformed } from './cursor.ts';
import {
  ARRAY,
  BARE,
  BIGNUM,
  BYTES,
  DATE,
  EMBEDDED,
  MAP,
  MAX_DEPTH,
  NEGATIVE,
  NEGATIVE_BIGNUM,
  NEGATIVE_ZERO,
  OBJECT,
  PAIRS,
  POSITIVE_BIGNUM,
  SET,
  TAG,
  TEXT,
  UNDEFINED,
  UNSIGNED,
  UTF16,
  indexOf,
  isEmbedded,
} from './format.ts';
import { LeafReader } from './leaf-reader.ts';

type Members = Record<string | number, unknown>;

/** Of which short arrays are cut, so that they take no more room than they need. */
const FEW: readonly unknown[] = Array.from({ length: 16 }, () => undefined);

/** A container that is embedded, empty yet. It is already where it belongs. */
interface Embedded {
  readonly into: object;
  readonly kind: number;
  readonly count: number;
  readonly depth: number;
  /** Where its parts begin, and where they must end. */
  readonly at: number;
  readonly end: number;
}

/**
 * Reads what a {@link Writer} wrote and nothing else. It is a reader of its own, because that of cbor-x guesses: it replaces what is no
 * UTF-8, renames members called `__proto__`, lets the last of two equal names win, follows records, references and tags nobody wrote here,
 * and recurses as deep as the bytes ask for.
 */
export class Reader {
  readonly #leaves = new LeafReader();
  readonly #cursor = this.#leaves.cursor;
  readonly #embedded: Embedded[] = [];
  #partsLeft = 0;

  /** The value of these bytes. Throws when they are not those of a value. */
  read(bytes: Uint8Array): unknown {
    this.#leaves.open(bytes);
    this.#partsLeft = MAX_PARTS;
    try {
      return this.#whole();
    } finally {
      this.#leaves.close();
      if (this.#embedded.length > 0) this.#embedded.length = 0;
    }
  }

  #whole(): unknown {
    const cursor = this.#cursor;
    if (cursor.bytes[0] === UNDEFINED) throw malformed('undefined stands where a value should');
    const value = this.#item(1);
    if (cursor.at !== cursor.bytes.length) throw malformed('bytes are left over');
    // Not by recursion: how deep the bytes say a value is nested must not decide whether the stack is deep enough.
    for (let i = 0; i < this.#embedded.length; i++) {
      const { into, kind, count, depth, at, end } = this.#embedded[i] as Embedded;
      cursor.at = at;
      this.#fill(into, kind, count, depth + 1);
      if (cursor.at !== end) throw malformed('an embedded item has another length');
    }
    return value;
  }

  /** `depth`: that of the item if it is a container, counted from 1. */
  #item(depth: number): unknown {
    const head = this.#cursor.byte();
    const info = head & 0x1f;
    switch (head >> 5) {
      case UNSIGNED:
        return info < 24 ? info : this.#leaves.integer(head);
      case NEGATIVE:
        return this.#leaves.integer(head);
      case BYTES:
        return this.#leaves.memory(undefined, this.#cursor.count(info));
      case TEXT:
        return this.#leaves.text(head);
      case ARRAY:
        return this.#array(this.#cursor.count(info), depth);
      case OBJECT:
        return this.#object(this.#cursor.count(info), depth);
      case TAG:
        return this.#tagged(this.#cursor.count(info), depth);
      default:
        return this.#leaves.simple(head);
    }
  }

  #tagged(tag: number, depth: number): unknown {
    switch (tag) {
      case EMBEDDED:
        return this.#embed(depth);
      case MAP:
        return this.#container(MAP, this.#leaves.count(OBJECT), depth);
      case SET:
      case PAIRS:
      case BARE:
        return this.#container(tag, this.#leaves.count(ARRAY), depth);
      case NEGATIVE_ZERO:
        return this.#leaves.negativeZero();
      case DATE:
        return this.#leaves.date();
      case UTF16:
        return this.#leaves.units();
      case POSITIVE_BIGNUM:
        return this.#leaves.bignum(BIGNUM);
      case NEGATIVE_BIGNUM:
        return -1n - this.#leaves.bignum(BIGNUM - 1n);
      default:
        return this.#leaves.memory(tag, this.#leaves.count(BYTES));
    }
  }

  #array(count: number, depth: number): unknown[] {
    this.#enter(ARRAY, count, depth, false);
    const into = emptyArray(count);
    this.#elements(into, count, depth + 1);
    return into;
  }

  #object(count: number, depth: number): object {
    this.#enter(OBJECT, count, depth, false);
    const into = {};
    this.#members(into, count, depth + 1);
    return into;
  }

  /** A container of the other kinds. `kind`: its tag. */
  #container(kind: number, count: number, depth: number): object {
    this.#enter(kind, count, depth, false);
    const into = empty(kind, count);
    this.#fill(into, kind, count, depth + 1);
    return into;
  }

  #embed(depth: number): object {
    const cursor = this.#cursor;
    const length = this.#leaves.count(BYTES);
    const end = cursor.at + cursor.fitting(length, 1);
    const head = cursor.byte();
    let kind = head >> 5;
    let count = cursor.count(head & 0x1f);
    if (kind === TAG) {
      kind = count;
      count = this.#leaves.count(kind === MAP ? OBJECT : ARRAY);
    }
    this.#enter(kind, count, depth, true);
    const into = empty(kind, count);
    this.#embedded.push({ into, kind, count, depth, at: cursor.at, end });
    cursor.at = end;
    return into;
  }

  /** Judges the place of a container and the count in its head, before anything is made of that size. */
  #enter(kind: number, count: number, depth: number, embedded: boolean): void {
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    if (isEmbedded(depth) !== embedded) throw malformed('an item is not embedded, or should not be');
    this.#cursor.fitting(count, kind === OBJECT || kind === MAP ? 2 : 1);
    if ((this.#partsLeft -= count + 1) < 0) throw malformed('it has too many parts');
  }

  #fill(into: object, kind: number, count: number, depth: number): void {
    switch (kind) {
      case ARRAY:
        return this.#elements(into as unknown[], count, depth);
      case OBJECT:
        return this.#members(into as Members, count, depth);
      case MAP:
        return this.#entries(into as Map<unknown, unknown>, count, depth);
      case SET:
        return this.#setMembers(into as Set<unknown>, count, depth);
      default:
        return this.#pairs(into as Members, kind, count, depth);
    }
  }

  #elements(into: unknown[], count: number, depth: number): void {
    for (let i = 0; i < count; i++) into[i] = this.#item(depth);
  }

  #setMembers(into: Set<unknown>, count: number, depth: number): void {
    for (let i = 0; i < count; i++) into.add(keyable(this.#item(depth)));
    if (into.size !== count) throw malformed('a member occurs twice');
  }

  #entries(into: Map<unknown, unknown>, count: number, depth: number): void {
    for (let i = 0; i < count; i++) into.set(keyable(this.#item(depth)), this.#item(depth));
    if (into.size !== count) throw malformed('a key occurs twice');
  }

  #members(into: Members, count: number, depth: number): void {
    for (let i = 0, last = -1; i < count; i++) {
      const name = this.#leaves.name();
      last = inOrder(name, last);
      setMember(into, name, last, count, this.#item(depth));
    }
    if (Object.keys(into).length !== count) throw malformed('a name occurs twice');
  }

  #pairs(into: Members, kind: number, parts: number, depth: number): void {
    const count = parts / 2;
    let wellFormed = true;
    for (let i = 0, last = -1; i < count; i++) {
      const head = this.#cursor.byte();
      const isUtf8 = this.#leaves.startsText(head);
      const name = isUtf8 ? this.#leaves.text(head) : this.#leaves.units();
      wellFormed &&= isUtf8;
      last = inOrder(name, last);
      setMember(into, name, last, count, this.#item(depth));
    }
    if (Object.keys(into).length !== count) throw malformed('a name occurs twice, or a value is missing');
    if (wellFormed && kind === PAIRS) throw malformed('names are not in their shortest form');
  }
}

/** The index that a name is, `Infinity` for other names. Indices come first, in their order. */
function inOrder(name: string, last: number): number {
  const index = indexOf(name);
  if (index <= last && index < Infinity) throw malformed('names are in another order');
  return index;
}

function empty(kind: number, count: number): object {
  switch (kind) {
    case ARRAY:
      return emptyArray(count);
    case OBJECT:
    case PAIRS:
      return {};
    case BARE:
      return Object.create(null) as object;
    case MAP:
      return new Map();
    case SET:
      return new Set();
    default:
      throw malformed('what is embedded is no container');
  }
}

/** A short array takes no more room than it needs; a long one grows with what is read. */
function emptyArray(count: number): unknown[] {
  return count <= FEW.length ? FEW.slice(0, count) : [];
}

/** A map or a set turns `-0` into `0`. */
function keyable(item: unknown): unknown {
  if (Object.is(item, -0)) throw malformed('-0 is a key');
  return item;
}

/** `index`: that the name is. `count`: how many members there are. */
function setMember(into: Members, name: string, index: number, count: number, value: unknown): void {
  if (index !== Infinity) {
    setElement(into, name, index, count, value);
  } else if (name === '__proto__') {
    // An assignment to this name would set the prototype.
    setOwn(into, name, value);
  } else {
    try {
      into[name] = value;
    } catch {
      // Where Object.prototype is frozen, nothing can be assigned to the names it has.
      setOwn(into, name, value);
    }
  }
}

function setElement(into: Members, name: string, index: number, count: number, value: unknown): void {
  if (index <= 4 * count + 16) {
    into[index] = value;
    return;
  }
  // The engine would make room for all up to this one, unless it is special: then it keeps a table of those that are there.
  Object.defineProperty(into, name, { value, configurable: true });
  setOwn(into, name, value);
}

function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
