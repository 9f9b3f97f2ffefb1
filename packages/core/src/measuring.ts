/** An estimate of the memory a value takes. */
import { knownKind } from './values.ts';
import { bytesOf } from './views.ts';

const OBJECT = 32;
const SLOT = 8;
/** The place of an entry in the table of a map or a set. */
const ENTRY = 16;
const DATE = 64;
/** A buffer and the view over it. */
const MEMORY = 96;
const STRING = 16;

/**
 * Estimates how many bytes of memory a checked value takes. Strings count by their characters: one byte each, two when the beginning of
 * the string has one that Latin-1 lacks. Names of members do not count: the objects of one shape share them. What the engine keeps around
 * the value is not in it.
 */
export function measureValue(value: unknown): number {
  let size = 0;
  const left: object[] = [];
  const add = (part: unknown): void => {
    size += SLOT;
    if (typeof part === 'string') size += stringSize(part);
    else if (typeof part === 'bigint') size += 16 + bigintSize(part);
    else if (typeof part === 'object' && part !== null) left.push(part);
  };
  add(value);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    size += OBJECT;
    const kind = knownKind(next);
    switch (kind) {
      case 'array':
      case 'plain':
      case 'bare':
      case undefined:
        for (const part of Object.values(next)) add(part);
        break;
      case 'map':
        for (const [key, member] of next as ReadonlyMap<unknown, unknown>) {
          size += ENTRY;
          add(key);
          add(member);
        }
        break;
      case 'set':
        for (const member of next as ReadonlySet<unknown>) {
          size += ENTRY;
          add(member);
        }
        break;
      case 'buffer':
      case 'view':
        size += MEMORY + bytesOf(next, kind).length;
        break;
      case 'date':
        size += DATE;
    }
  }
  return size;
}

function stringSize(text: string): number {
  const narrow = text.length > 256 ? isLatin(text.slice(0, 256)) : isLatin(text);
  return STRING + (narrow ? text.length : 2 * text.length);
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
