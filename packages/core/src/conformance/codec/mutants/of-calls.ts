/** Codecs whose calls depend on each other, on where they are made, or on how bytes are handed over. */
import type { Codec, CodecContext } from '../../../codec.ts';
import { altered, codecMutant, type CodecMutant } from './altered-codec.ts';

const textOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const EVERYWHERE = ['cache', 'space', 'key', 'schemaVersion'] as const;

/** Writes a mark beside each value, and refuses to read where the mark would be another one. */
function bound(
  name: string,
  markOf: (context: CodecContext) => string,
  boundTo?: CodecMutant['declares'],
): CodecMutant {
  const fault = (right: Codec): Partial<Codec> => ({
    encode(value, context) {
      const [mark, bytes] = [textOf(markOf(context)), right.encode(value, context)];
      return Uint8Array.from([mark.length >> 8, mark.length & 0xff, ...mark, ...bytes]);
    },
    decode(bytes, context) {
      const mark = textOf(markOf(context));
      const own = [mark.length >> 8, mark.length & 0xff, ...mark];
      if (own.some((byte, i) => byte !== bytes[i])) throw new TypeError('these bytes belong elsewhere');
      return right.decode(bytes.subarray(own.length), context);
    },
  });
  return codecMutant('context', name, fault, boundTo);
}

export const CALL_MUTANTS: readonly CodecMutant[] = [
  // ── identity ──
  codecMutant('identity', 'has an id of 17 characters', () => ({ id: 'a-codec-named-abc' })),
  codecMutant('identity', 'has an id with a space in it', () => ({ id: 'my codec' })),
  {
    group: 'identity',
    name: 'is called otherwise in each process',
    wrong(right) {
      let processes = 0;
      return () => altered(right(), () => ({ id: `codec${(processes += 1)}` }));
    },
  },
  codecMutant('identity', 'gives a promise of its values', (right) => ({
    decode: async (bytes, context) => right.decode(bytes, context),
  })),

  // ── independence ──
  codecMutant(
    'independence',
    'writes in full what it has not written before, and then a reference',
    (right) => {
      const written: string[] = [];
      const texts: Uint8Array[] = [];
      const REFERENCE = 'a reference to';
      return {
        encode(value, context) {
          const bytes = right.encode(value, context);
          const hex = Array.from(bytes).join(' ');
          const at = written.indexOf(hex);
          if (at !== -1) return right.encode([REFERENCE, at], context);
          written.push(hex);
          texts.push(bytes.slice());
          return bytes;
        },
        decode(bytes, context) {
          const value = right.decode(bytes, context);
          if (!Array.isArray(value) || value[0] !== REFERENCE) return value;
          return right.decode(texts[value[1] as number] ?? new Uint8Array(), context);
        },
      };
    },
  ),
  codecMutant('independence', 'is worn out after a thousand values', (right) => {
    let values = 0;
    return { encode: (value, context) => right.encode((values += 1) > 1_000 ? null : value, context) };
  }),
  codecMutant('independence', 'writes null after a refusal', (right) => {
    let failed = false;
    return {
      encode(value, context) {
        const given = failed ? null : value;
        failed = true;
        const bytes = right.encode(given, context);
        failed = false;
        return bytes;
      },
    };
  }),
  codecMutant('independence', 'reads nothing more once it has failed to read', (right) => {
    let failed = false;
    return {
      decode(bytes, context) {
        if (failed) throw new TypeError('out of order');
        failed = true;
        const value = right.decode(bytes, context);
        failed = false;
        return value;
      },
    };
  }),
  codecMutant('independence', 'has one buffer for calls within each other', (right) => {
    let current: unknown;
    return {
      encode(value, context) {
        current = value;
        const bytes = right.encode(value, context);
        return current === value ? bytes : right.encode(current, context);
      },
    };
  }),

  // ── context ──
  bound('is bound to its key without a word', ({ key }) => key),
  bound('is bound to nothing but its key, and says more', ({ key }) => key, { boundTo: EVERYWHERE }),
  bound(
    'does not tell spaces from keys when it binds them',
    ({ cache, space, key, schemaVersion }) => `${cache}:${space}:${key}:${schemaVersion}`,
    {
      boundTo: EVERYWHERE,
    },
  ),
  bound(
    'does not tell capital letters of a key from small ones',
    ({ cache, space, key, schemaVersion }) =>
      JSON.stringify([cache, space, key.toLowerCase(), schemaVersion]),
    {
      boundTo: EVERYWHERE,
    },
  ),
  bound(
    'does not bind the schema version, and says that it does',
    ({ cache, space, key }) => JSON.stringify([cache, space, key]),
    { boundTo: EVERYWHERE },
  ),
  bound(
    'tells schema versions apart by their last byte alone',
    ({ cache, space, key, schemaVersion }) => JSON.stringify([cache, space, key, schemaVersion & 0xff]),
    { boundTo: EVERYWHERE },
  ),
  codecMutant('context', 'writes into the context', (right) => ({
    decode(bytes, context) {
      Reflect.set(context, 'codec', right.id);
      return right.decode(bytes, context);
    },
  })),

  // ── input ──
  codecMutant('input', 'reads from the beginning of the memory', (right) => ({
    decode: (bytes, context) => right.decode(new Uint8Array(bytes.buffer, 0, bytes.length), context),
  })),
  codecMutant('input', 'reads to the end of the memory', (right) => ({
    decode: (bytes, context) => right.decode(new Uint8Array(bytes.buffer, bytes.byteOffset), context),
  })),
  codecMutant('input', 'does not know a Buffer', (right) => ({
    decode(bytes, context) {
      if (Object.getPrototypeOf(bytes) !== Uint8Array.prototype)
        throw new TypeError('bytes are a Uint8Array');
      return right.decode(bytes, context);
    },
  })),
];
