/** From values to bytes. */
import { bytesOfMagnitude, bytesOfMemory, memoryTypeOf } from '@cache/core/codec-parts';
import {
  BARE,
  BIGINT,
  DEFERRED,
  INT32,
  MAP,
  MEMORY,
  NativeDate,
  SET,
  TIMESTAMP,
  UNDEFINED,
  UTF16,
  isDeferred,
} from './format.ts';
import { BUFFER, codeOf } from './memory.ts';

/** A container that comes after what it lies in. */
interface Deferred {
  readonly container: object;
  readonly depth: number;
}

/** A larger buffer is not kept for the next value. */
const MAX_KEPT = 65_536;
const FIRST_CAPACITY = 8_192;

/** Texts up to this length are written by the character, which costs no call when they are ASCII. */
const SHORT_TEXT = 31;

/**
 * Makes what writes checked values. The bytes lie in its buffer until the next value is written: whoever takes them wipes them. What was
 * written of a value that cannot be written is wiped here, and what it outgrew is left to the garbage collector.
 */
export function createWriter(): (value: unknown) => Uint8Array {
  const utf8 = new TextEncoder();
  let buffer = new Uint8Array(FIRST_CAPACITY);
  let view = new DataView(buffer.buffer);
  let at = 0;
  let deferred: Deferred[] = [];

  return (value) => {
    try {
      part(value, 1);
      // Not by recursion: how deep a value is nested must not decide whether the stack is deep enough.
      for (const { container, depth } of deferred) inside(container, depth);
      return new Uint8Array(buffer.buffer, 0, at);
    } catch (error) {
      buffer.fill(0, 0, at);
      throw error;
    } finally {
      at = 0;
      if (deferred.length > 0) deferred = [];
      if (buffer.length > MAX_KEPT) resize(FIRST_CAPACITY);
    }
  };

  /** `depth`: of the value if it is a container, counted from 1. */
  function part(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        return string(value);
      case 'number':
        return number(value);
      case 'boolean':
        return byte(value ? 0xc3 : 0xc2);
      case 'undefined':
        return extension(UNDEFINED, [0]);
      case 'bigint':
        return bigint(value);
      case 'object':
        return value === null ? byte(0xc0) : object(value, depth);
      case 'function':
      case 'symbol':
        // Core lets no codec see it.
        throw new TypeError('not of the model');
    }
  }

  function number(value: number): void {
    if (value >>> 0 === value && !Object.is(value, -0)) {
      if (value < 0x80) byte(value);
      else sized(0xcc, widthOf(value), value);
    } else if (value >> 0 === value && value < 0) {
      if (value >= -0x20) byte(value);
      else sized(0xd0, value >= -0x80 ? 0 : value >= -0x8000 ? 1 : 2, value);
    } else {
      byte(0xcb);
      room(8);
      // Of the many `NaN`s the one.
      view.setFloat64(at, Number.isNaN(value) ? NaN : value);
      at += 8;
    }
  }

  function bigint(value: bigint): void {
    if (value >= -0x8000_0000_0000_0000n && value <= 0xffff_ffff_ffff_ffffn) {
      byte(value < 0n ? 0xd3 : 0xcf);
      room(8);
      view.setBigUint64(at, BigInt.asUintN(64, value));
      at += 8;
    } else {
      const size = (value.toString(16).length >> 1) + 1;
      const magnitude = bytesOfMagnitude(BigInt.asUintN(8 * size, value));
      const complement = new Uint8Array(size);
      complement.set(magnitude, size - magnitude.length);
      extension(BIGINT, complement);
    }
  }

  function date(time: number): void {
    const size = Number.isNaN(time) ? 0 : 12;
    sized(0xc7, 0, size);
    byte(TIMESTAMP);
    room(12);
    const seconds = Math.floor(time / 1e3);
    view.setUint32(at, (time - seconds * 1e3) * 1e6);
    view.setInt32(at + 4, Math.floor(seconds / INT32));
    view.setUint32(at + 8, seconds);
    at += size;
  }

  function object(value: object, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== Array.prototype) {
      if (prototype === NativeDate.prototype) return date((value as Date).getTime());
      const type = memoryTypeOf(value);
      if (type !== undefined) return memory(bytesOfMemory(value, type), codeOf(type));
    }
    if (isDeferred(depth)) {
      deferred.push({ container: value, depth });
      extension(DEFERRED, []);
    } else {
      inside(value, depth);
    }
  }

  function memory(bytes: Uint8Array, code: number): void {
    if (code !== BUFFER) return extension(MEMORY, bytes, code);
    sized(0xc4, widthOf(bytes.length), bytes.length);
    raw(bytes);
  }

  function inside(value: object, depth: number): void {
    switch (Object.getPrototypeOf(value)) {
      case Object.prototype:
        return plain(value, depth);
      case Array.prototype:
        return array(value as readonly unknown[], depth);
      case null:
        return over(BARE, value, depth);
      case Map.prototype:
        return over(MAP, [...(value as ReadonlyMap<unknown, unknown>)].flat(), depth);
      default:
        return over(SET, [...(value as ReadonlySet<unknown>)], depth);
    }
  }

  function plain(value: object, depth: number): void {
    const names = Object.keys(value);
    head(0x80, 0xdd, names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      string(name);
      part(value[name as keyof typeof value], depth + 1);
    }
  }

  function array(elements: readonly unknown[], depth: number): void {
    head(0x90, 0xdb, elements.length);
    for (let i = 0; i < elements.length; i++) part(elements[i], depth + 1);
  }

  /** An extension whose data are this array or plain object. */
  function over(type: number, data: object, depth: number): void {
    sized(0xc7, 2, 0);
    byte(type);
    const start = at;
    if (Array.isArray(data)) array(data, depth);
    else plain(data, depth);
    view.setUint32(start - 5, at - start);
  }

  /** `code`: stands before the data. */
  function extension(type: number, data: ArrayLike<number>, ...code: readonly number[]): void {
    const length = code.length + data.length;
    sized(0xc7, widthOf(length), length);
    byte(type);
    raw(code);
    raw(data);
  }

  function string(value: string): void {
    if (text(value)) return;
    const length = 2 * value.length;
    extension(
      UTF16,
      Uint8Array.from({ length }, (_, i) => value.charCodeAt(i >> 1) >> (8 * (i & 1))),
    );
  }

  /** `false`: it has no UTF-8 form, because a surrogate stands alone. */
  function text(value: string): boolean {
    const { length } = value;
    room(3 * length + 5);
    if (length <= SHORT_TEXT) {
      let to = at + 1;
      for (let i = 0; i < length; i++, to++) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) break;
        buffer[to] = unit;
      }
      if (to === at + 1 + length) {
        buffer[at] = 0xa0 | length;
        at = to;
        return true;
      }
    }
    // Newer than the type library.
    if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) return false;
    // The head has room for as many bytes as there might be.
    const width = widthOf(3 * length);
    const { written } = utf8.encodeInto(value, buffer.subarray(at + 1 + (1 << width)));
    sized(0xd9, width, written);
    at += written;
    return true;
  }

  /** The head of an array or a map: of a few, or of many. */
  function head(few: number, many: number, count: number): void {
    if (count < 0x10) byte(few | count);
    else sized(many, Math.max(1, widthOf(count)), count);
  }

  /** A head that tells how many bytes the number after it takes, and that number. */
  function sized(base: number, width: number, value: number): void {
    room(5);
    buffer[at++] = base + width;
    if (width === 0) buffer[at] = value;
    else if (width === 1) view.setUint16(at, value);
    else view.setUint32(at, value);
    at += 1 << width;
  }

  function byte(value: number): void {
    room(1);
    buffer[at++] = value;
  }

  function raw(bytes: ArrayLike<number>): void {
    room(bytes.length);
    buffer.set(bytes, at);
    at += bytes.length;
  }

  /** Sees that there is room for so many bytes. */
  function room(size: number): void {
    if (at + size > buffer.length) resize(Math.max(at + size, 2 * buffer.length));
  }

  function resize(capacity: number): void {
    const old = buffer.subarray(0, at);
    buffer = new Uint8Array(capacity);
    view = new DataView(buffer.buffer);
    buffer.set(old);
  }
}

/** How a number without a sign is written: 0, 1 or 2, in one, two or four bytes. */
function widthOf(value: number): number {
  return value < 0x100 ? 0 : value < 0x1_0000 ? 1 : 2;
}
