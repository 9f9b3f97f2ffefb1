/** Codecs that change values, or take what they should refuse. */
import type { Codec } from '../../../codec.ts';
import { partsOf } from '../../parts.ts';
import { show } from '../../show.ts';
import {
  codecMutant,
  decoding,
  encoding,
  rebuilt,
  type CodecFault,
  type CodecMutant,
} from './altered-codec.ts';

/** Changes each part of a value before it is encoded. */
const each = (change: (part: unknown) => unknown): CodecFault => encoding((value) => rebuilt(value, change));
/** Changes each part of a value once it was decoded. */
const eachRead = (change: (part: unknown) => unknown): CodecFault =>
  decoding((value) => rebuilt(value, change));

/** Says something else in place of each refusal. */
function refusing(say: (error: TypeError, value: unknown) => unknown): CodecFault {
  return (right) => ({
    encode(value, context) {
      try {
        return right.encode(value, context);
      } catch (error) {
        throw error instanceof TypeError ? say(error, value) : error;
      }
    },
  });
}

const isPlainArray = (part: unknown): part is unknown[] =>
  Array.isArray(part) && Object.getPrototypeOf(part) === Array.prototype;

const isPlain = (part: unknown): part is Record<string, unknown> =>
  typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === Object.prototype;

/** A plain object of the same members in the order of their names. */
function sorted(part: Record<string, unknown>): unknown {
  const names = Object.keys(part).toSorted();
  const copy = {};
  for (const name of names)
    Object.defineProperty(copy, name, {
      value: part[name],
      enumerable: true,
      writable: true,
      configurable: true,
    });
  return copy;
}

function refusingAll(): Partial<Codec> {
  return {
    encode() {
      throw new TypeError('value is not covered');
    },
  };
}

export const VALUE_MUTANTS: readonly CodecMutant[] = [
  // ── round trip ──
  codecMutant(
    'round trip',
    'does not know -0 from 0',
    each((part) => (part === 0 ? 0 : part)),
  ),
  codecMutant(
    'round trip',
    'leaves undefined members out',
    each((part) =>
      isPlain(part)
        ? Object.fromEntries(Object.entries(part).filter(([, member]) => member !== undefined))
        : part,
    ),
  ),
  codecMutant(
    'round trip',
    'puts members in the order of their names',
    each((part) => (isPlain(part) ? sorted(part) : part)),
  ),
  codecMutant(
    'round trip',
    'gives every object a prototype',
    eachRead((part) =>
      typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === null ? { ...part } : part,
    ),
  ),
  codecMutant(
    'round trip',
    'gives a Uint8Array for a Buffer',
    eachRead((part) => (typeof Buffer === 'function' && Buffer.isBuffer(part) ? new Uint8Array(part) : part)),
  ),
  codecMutant(
    'round trip',
    'puts U+FFFD in the place of lone surrogates',
    each((part) => (typeof part === 'string' ? part.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : part)),
  ),
  codecMutant(
    'round trip',
    'cuts bigints at 64 bits',
    each((part) => (typeof part === 'bigint' ? BigInt.asIntN(64, part) : part)),
  ),
  codecMutant(
    'round trip',
    'cuts texts at 65,535 characters',
    each((part) => (typeof part === 'string' ? part.slice(0, 65_535) : part)),
  ),
  codecMutant(
    'round trip',
    'makes null of an invalid date',
    each((part) => (part instanceof Date && Number.isNaN(part.getTime()) ? null : part)),
  ),
  codecMutant(
    'round trip',
    'takes the memory of a view from its beginning',
    each((part) =>
      part instanceof Uint16Array ? new Uint16Array(part.buffer.slice(0, part.byteLength)) : part,
    ),
  ),
  codecMutant(
    'round trip',
    'does not tell the keys 1 and "1" of a map apart',
    each((part) =>
      part instanceof Map
        ? new Map([...part].map(([key, value]) => [typeof key === 'number' ? `${key}` : key, value]))
        : part,
    ),
  ),
  codecMutant(
    'round trip',
    'loses a member called __proto__',
    eachRead((part) => (isPlain(part) ? Object.assign({}, part) : part)),
  ),
  codecMutant(
    'round trip',
    'has one form for every NaN in memory',
    each((part) =>
      part instanceof Float64Array
        ? Float64Array.from(part, (number) => (Number.isNaN(number) ? NaN : number))
        : part,
    ),
  ),

  codecMutant('round trip', 'refuses every value', refusingAll, { covers: 'less' }),

  // ── refusal ──
  codecMutant(
    'refusal',
    'refuses what it does not cover, and does not say where that is',
    (right) => ({
      encode(value, context) {
        for (const part of partsOf(value))
          if (part instanceof Map) throw new TypeError('value has a map in it');
        return right.encode(value, context);
      },
    }),
    { covers: 'less' },
  ),
  codecMutant(
    'refusal',
    'writes null for a function',
    each((part) => (typeof part === 'function' ? null : part)),
  ),
  codecMutant('refusal', 'fills the holes of an array', (right) => ({
    encode: (value, context) =>
      right.encode(isPlainArray(value) && value.length < 100 ? Array.from(value) : value, context),
  })),
  codecMutant(
    'refusal',
    'does not say where the fault is',
    refusing(() => new TypeError('this cannot be stored')),
  ),
  codecMutant(
    'refusal',
    'refuses with another error',
    refusing(({ message }) => new RangeError(message)),
  ),
  codecMutant('refusal', 'runs accessors', (right) => ({
    encode(value, context) {
      const a: unknown = isPlain(value) ? Object.getOwnPropertyDescriptor(value, 'a')?.value : undefined;
      if (isPlainArray(a) && isPlain(a[0])) Object.values(a[0]);
      return right.encode(value, context);
    },
  })),
  codecMutant('refusal', 'looks at a value to check it, and again to write it', (right) => ({
    encode(value, context) {
      right.encode(value, context);
      return right.encode(
        rebuilt(value, (part) => (typeof part === 'function' ? null : part)),
        context,
      );
    },
  })),
  codecMutant('refusal', 'hides the errors of a value behind its own', (right) => ({
    encode: (value, context) => hiding(right, value, context),
  })),

  // ── discretion ──
  codecMutant(
    'discretion',
    'shows the value that it refuses',
    refusing(({ message }, value) => new TypeError(`${message}: ${show(value)}`)),
  ),
];

function hiding(right: Codec, ...[value, context]: Parameters<Codec['encode']>): Uint8Array {
  try {
    return right.encode(value, context);
  } catch (error) {
    throw new TypeError(error instanceof TypeError ? error.message : 'value could not be read', {
      cause: error,
    });
  }
}
