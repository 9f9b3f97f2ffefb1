/** An estimate of the memory a value takes. */
import { bytesOf, knownKind } from './values.ts';

const OBJECT = 32;
const SLOT = 8;

/**
 * Estimates how many bytes of memory a checked value takes. Strings count by their characters: one byte each, two when the beginning of
 * the string has one that Latin-1 lacks. What the engine keeps around the value is not in it.
 */
export function measureValue(value: unknown): number {
  if (typeof value === 'string') return stringSize(value);
  if (typeof value === 'bigint') return 16 + bigintSize(value);
  return typeof value === 'object' && value !== null ? SLOT + objectSize(value) : SLOT;
}

function objectSize(value: object): number {
  const kind = knownKind(value);
  let size = OBJECT;
  switch (kind) {
    case 'array':
      for (const element of value as readonly unknown[]) size += measureValue(element);
      return size;
    case 'map':
      for (const [key, member] of value as ReadonlyMap<unknown, unknown>)
        size += 3 * SLOT + measureValue(key) + measureValue(member);
      return size;
    case 'set':
      for (const member of value as ReadonlySet<unknown>) size += 2 * SLOT + measureValue(member);
      return size;
    case 'buffer':
    case 'view':
      return size + 96 + bytesOf(value, kind).length;
    case 'date':
      return size + 64;
    case 'plain':
    case 'bare':
    case undefined:
      break;
  }
  // Names are not counted: the objects of one shape share them.
  for (const name of Object.keys(value)) size += measureValue(value[name as keyof typeof value]);
  return size;
}

function stringSize(text: string): number {
  const narrow = text.length > 256 ? isLatin(text.slice(0, 256)) : isLatin(text);
  return SLOT + 16 + (narrow ? text.length : 2 * text.length);
}

function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

function bigintSize(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return 8;
  // Exact enough, and free of a text of its length.
  let bits = 64;
  while (BigInt.asIntN(bits, value) !== value) bits *= 2;
  return bits / 8;
}
