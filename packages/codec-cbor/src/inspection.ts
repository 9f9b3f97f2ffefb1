/** What an object of a caller holds, asked so that only proxies could lie, and those in nothing that is not checked again. */
import { type MemoryType, bytesOfMemory, getterOf } from '@cache/core/codec-parts';
import { indexOf } from './format.ts';

/** Why a value was not written: it may be of the value model or not. A walk that knows the whole model has to look. */
export class Doubt extends TypeError {}

const { getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor } = Object;
const mapSize = getterOf(Map.prototype, 'size');
const setSize = getterOf(Set.prototype, 'size');
/** The Date of the machine, whatever a fake clock puts in its place later. */
const NativeDate: DateConstructor = Date;

/** The names of the members of a plain object, hidden ones too. */
export function namesOf(value: object): string[] {
  if (getOwnPropertySymbols(value).length > 0) throw new Doubt('a member under a symbol');
  return getOwnPropertyNames(value);
}

/** A member under one of these names, if it is data and does not hide. Read once. */
export function memberOf(value: object, name: string): unknown {
  const descriptor = getOwnPropertyDescriptor(value, name);
  if (
    descriptor === undefined ||
    descriptor.get !== undefined ||
    descriptor.set !== undefined ||
    !descriptor.enumerable
  )
    throw new Doubt('an accessor or a hidden member');
  return value[name as keyof typeof value];
}

/** The index that a name is, `Infinity` for other names. Indices come first, in their order, whatever a proxy tells. */
export function indexAfter(last: number, name: string): number {
  const index = indexOf(name);
  if (index <= last && index < Infinity) throw new Doubt('names in another order');
  return index;
}

/** An object with the prototype of arrays, if it is an array without holes and has no other members that show. */
export function arrayOf(value: object): readonly unknown[] {
  if (!Array.isArray(value) || getOwnPropertySymbols(value).length > 0) throw new Doubt('an odd array');
  const array: readonly unknown[] = value;
  const { length } = array;
  const names = Object.keys(array);
  // Indices come first, in order: when the last name is the last index, all of them are indices.
  if (names.length !== length || (length > 0 && names[length - 1] !== String(length - 1)))
    throw new Doubt('an odd array');
  return array;
}

export function sizeOfMap(value: object): number {
  return inspected(value, mapSize) as number;
}

export function sizeOfSet(value: object): number {
  return inspected(value, setSize) as number;
}

/** Milliseconds, `NaN` for an invalid date. */
export function timeOf(value: object): number {
  return inspected(value, nativeTime) as number;
}

function nativeTime(this: unknown): unknown {
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

/** A look at the bytes of memory or of a view over it, in the order of the format. */
export function memoryOf(value: object, type: MemoryType): Uint8Array {
  if (value instanceof ArrayBuffer && Reflect.ownKeys(value).length > 0) throw new Doubt('an odd buffer');
  try {
    return bytesOfMemory(value, type);
  } catch {
    throw new Doubt('odd memory');
  }
}
