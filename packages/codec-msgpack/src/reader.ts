/** From bytes to values. */
import { TextReader, magnitudeOf } from '@cache/core/codec-parts';
import {
  BARE,
  BIGINT,
  DEFERRED,
  INT32,
  MAP,
  MAX_DEPTH,
  MEMORY,
  NativeDate,
  SET,
  TIMESTAMP,
  UNDEFINED,
  UTF16,
  isDeferred,
} from './format.ts';
import { BUFFER, memoryFrom } from './memory.ts';

/** What has a value as a part, under its name or index. */
type Holder = Record<string | number, unknown>;

/** Where a value belongs that is still to come: a container, or what is made of the data that are there. */
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
  readonly type: number;
  readonly depth: number;
}

const NOTHING = new Uint8Array();

/**
 * Makes what reads values that this codec wrote. Others trust their input: that of msgpackr makes functions out of the names in records, and
 * errors and regular expressions out of extensions, renames members called `__proto__`, lets the last of two equal names win, and recurses as
 * deep as the bytes ask for.
 *
 * Each length is judged against what is left before anything is made of that length. Recursion ends where containers come later.
 */
export function createReader(): (bytes: Uint8Array) => unknown {
  const texts = new TextReader();
  let bytes: Uint8Array = NOTHING;
  let characters: string | undefined;
  let view: DataView | undefined;
  let deferred: Place[] = [];
  let made: Place[] = [];
  let at = 0;
  /** The depth of the container that the whole item is. */
  let top = 1;

  return (message) => {
    bytes = message;
    characters = texts.charactersOf(message);
    at = 0;
    top = 1;
    try {
      return whole();
    } finally {
      bytes = NOTHING;
      characters = undefined;
      view = undefined;
      if (deferred.length > 0) deferred = [];
      if (made.length > 0) made = [];
    }
  };

  function whole(): unknown {
    const root: unknown[] = [];
    root[0] = item(root as unknown as Holder, 0, 1);
    for (const { holder, key, depth } of deferred) {
      top = depth;
      holder[key] = item(holder, key, depth);
    }
    if (at !== bytes.length) malformed();
    // Inner ones first: what others are made of has to be complete.
    if (made.length > 0)
      for (const { holder, key, type } of made.toReversed()) holder[key] = makeOf(type, holder[key]);
    return root[0] === undefined ? malformed() : root[0];
  }

  /** `depth`: of the item if it is a container, counted from 1. */
  function item(holder: Holder, key: string | number, depth: number): unknown {
    const head = byte();
    if (head < 0x80) return head;
    if (head < 0x90) return object(head & 0xf, depth);
    if (head < 0xa0) return array(head & 0xf, depth);
    if (head < 0xc0) return text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    if (head < 0xc4) return head === 0xc0 ? null : head === 0xc1 ? malformed() : head === 0xc3;
    if (head === 0xcb) return float();
    if (head === 0xcf) return viewed().getBigUint64(skip(8));
    if (head === 0xd3) return viewed().getBigInt64(skip(8));
    // What follows the others is a number, of as many bytes as the head tells.
    if (head < 0xc7) return memoryFrom(look(uint(head - 0xc4)), BUFFER) ?? malformed();
    if (head < 0xca) return extension(uint(head - 0xc7), holder, key, depth);
    if (head >= 0xde) return object(uint(head - 0xdd), depth);
    if (head >= 0xdc) return array(uint(head - 0xdb), depth);
    if (head >= 0xd9) return text(uint(head - 0xd9));
    if (head >= 0xd4 || head === 0xca) return malformed();
    if (head < 0xd0) return uint(head - 0xcc);
    const unused = 32 - (8 << (head - 0xd0));
    return (uint(head - 0xd0) << unused) >> unused;
  }

  function float(): number {
    const value = viewed().getFloat64(skip(8));
    // Of the many `NaN`s the one.
    return Number.isNaN(value) ? NaN : value;
  }

  function array(count: number, depth: number): unknown[] {
    enter(count, depth);
    const into: unknown[] = [];
    for (let index = 0; index < count; index++) into.push(item(into as unknown as Holder, index, depth + 1));
    return into;
  }

  function object(count: number, depth: number): Holder {
    enter(2 * count, depth);
    const into: Holder = {};
    for (let left = count; left > 0; left--) {
      const member = name(depth + 1);
      // An assignment would set the prototype.
      if (member === '__proto__') Object.defineProperty(into, member, OWN);
      into[member] = item(into, member, depth + 1);
    }
    if (Object.keys(into).length !== count) malformed();
    return into;
  }

  function extension(length: number, holder: Holder, key: string | number, depth: number): unknown {
    const type = byte();
    const start = skip(length);
    const data = bytes.subarray(start, at);
    switch (type) {
      case UNDEFINED:
        return undefined;
      case DEFERRED:
        deferred.push({ holder, key, type, depth });
        return undefined;
      case BARE:
      case MAP:
      case SET: {
        const end = at;
        at = start;
        // Data that are an extension again could go on so without end.
        if (!isContainer(data[0] ?? 0)) malformed();
        made.push({ holder, key, type, depth });
        const inner = item(holder, key, depth);
        return at === end ? inner : malformed();
      }
      case UTF16:
        return textOf(data);
      case BIGINT:
        return BigInt.asIntN(8 * length, magnitudeOf(data));
      case MEMORY:
        return (
          (data[0] === BUFFER ? undefined : memoryFrom(data.subarray(1), data[0] as number)) ?? malformed()
        );
      case TIMESTAMP:
        return date(start, length);
      default:
        return malformed();
    }
  }

  function date(start: number, length: number): Date {
    if (length === 0) return new NativeDate(NaN);
    const seconds = viewed().getInt32(start + 4) * INT32 + viewed().getUint32(start + 8);
    const time = seconds * 1e3 + viewed().getUint32(start) / 1e6;
    const value = new NativeDate(time);
    // Not each moment is one of a date: those are whole milliseconds, and not all of them.
    return length === 12 && value.getTime() === time ? value : malformed();
  }

  function text(length: number): string {
    const start = skip(length);
    return texts.text(bytes, start, at, characters);
  }

  function name(depth: number): string {
    const head = bytes[at] as number;
    if (head >= 0xa0 && head < 0xc0) {
      const start = skip(1 + (head & 0x1f)) + 1;
      return texts.name(bytes, start, at);
    }
    const other = item({}, 0, depth);
    return typeof other === 'string' ? other : malformed();
  }

  /** Judges how many parts a container has, each of at least a byte, and how deep it lies. */
  function enter(parts: number, depth: number): void {
    if (parts > bytes.length - at) malformed();
    if (depth > MAX_DEPTH || (isDeferred(depth) && depth !== top)) malformed();
  }

  function byte(): number {
    return bytes[at++] ?? malformed();
  }

  /** Of 1, 2 or 4 bytes: `width` is 0, 1 or 2. */
  function uint(width: number): number {
    let value = 0;
    for (let left = 1 << width; left > 0; left--) value = value * 256 + byte();
    return value;
  }

  /** Goes past `length` bytes and gives where they start. */
  function skip(length: number): number {
    const start = at;
    if (length > bytes.length - start) malformed();
    at = start + length;
    return start;
  }

  function look(length: number): Uint8Array {
    return bytes.subarray(skip(length), at);
  }

  function viewed(): DataView {
    return (view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  }
}

function malformed(): never {
  throw new TypeError('not a value that this codec wrote');
}

const OWN: PropertyDescriptor = { writable: true, enumerable: true, configurable: true };

/** Whether an array or a map begins with this byte. */
function isContainer(head: number): boolean {
  return (head >= 0x80 && head < 0xa0) || (head >= 0xdc && head < 0xe0);
}

function textOf(units: Uint8Array): string {
  let text = '';
  for (let i = 0; i < units.length; i += 2)
    text += String.fromCharCode((units[i] as number) | ((units[i + 1] ?? malformed()) << 8));
  return text;
}

/** What an extension stands for, made of its data. */
function makeOf(type: number, data: unknown): object {
  if (type === BARE && Object.getPrototypeOf(data) === Object.prototype)
    return { __proto__: null, ...(data as object) };
  if (type === BARE || !Array.isArray(data)) return malformed();
  const parts: readonly unknown[] = data;
  if (type === SET) return counted(new Set(parts), parts.length);
  const map = new Map<unknown, unknown>();
  for (let at = 0; at < parts.length; at += 2) map.set(parts[at], parts[at + 1]);
  return counted(map, parts.length / 2);
}

function counted<Container extends { readonly size: number }>(
  container: Container,
  count: number,
): Container {
  return container.size === count ? container : malformed();
}
