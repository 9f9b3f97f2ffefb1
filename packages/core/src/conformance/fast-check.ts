/** `@cache/core/conformance/fast-check`: values of the whole model at random, and codecs tried with them and with bytes at random. */
import fc from 'fast-check';
import type { Codec } from '../codec.ts';
import { anyValue, type Make } from './any-value.ts';
import { Prototypes } from './codec/prototypes.ts';
import { judgeStray } from './codec/stray-bytes.ts';
import { Trial } from './codec/trial.ts';
import { repeatedPart } from './parts.ts';
import { demand, equal } from './assert.ts';
import { show } from './show.ts';

export { anyValue };
export type { Make };

export interface FuzzOptions {
  /** Gives a codec: a new one at each call where it has a state, so that each stands for that of another process. */
  readonly codec: () => Codec;
  /** `'less'`: what the codec does not cover it refuses with a `TypeError`. Default `'model'`. */
  readonly covers?: 'model' | 'less' | undefined;
  /** Values that the codec keeps, for one that keeps few of the model: those of its schema. Default: the whole model. */
  readonly values?: fc.Arbitrary<Make> | undefined;
  /** How many values, and how often as many bytes, are tried. Default 300. */
  readonly runs?: number | undefined;
  /** To see again what was seen: the seed, and for a failure its path. Default: another one each time. */
  readonly seed?: number | undefined;
  readonly path?: string | undefined;
}

/** What a fuzzing was made of. */
export interface Fuzzed {
  /** It has all the chance in it: the same seed makes the same values and bytes. */
  readonly seed: number;
  /** How many values came back, and how many were refused. */
  readonly kept: number;
  readonly refused: number;
  /** How many bytes that nobody encoded were read all the same, of how many. */
  readonly strays: number;
  readonly read: number;
}

/** One change of bytes: a place as a part of their length, and what happens there. */
interface Edit {
  readonly at: number;
  readonly kind: 'set' | 'flip' | 'insert' | 'remove' | 'repeat' | 'cut';
  readonly byte: number;
  readonly length: number;
}

const EDITS: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record<Edit>({
    at: fc.nat({ max: 9_999 }).map((n) => n / 10_000),
    kind: fc.constantFrom('set', 'flip', 'insert', 'remove', 'repeat', 'cut'),
    byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x00, 0x7f, 0x80, 0xff)),
    length: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/**
 * Tries a codec with values and bytes at random: each value comes back as it was, as a tree, from the codec of another process too, or is
 * refused by a codec that covers less; bytes that were changed, and bytes by chance, are an error or a value that the codec keeps, and an
 * error for a codec that authenticates. Throws what fast-check says of a failure, shrunk, with seed and path.
 */
export function fuzzCodec(options: FuzzOptions): Fuzzed {
  const [chance = 0] = crypto.getRandomValues(new Int32Array(1));
  const { codec, covers = 'model', values = anyValue, runs = 300, seed = chance, path } = options;
  const trial = new Trial({ codec, covers });
  const prototypes = new Prototypes();
  const counts = { kept: 0, refused: 0, strays: 0, read: 0 };
  const judge = (bytes: Uint8Array, what: string, genuine?: Uint8Array): void => {
    if (genuine !== undefined && isSame(bytes, genuine)) return;
    counts.strays += 1;
    if (judgeStray(trial, bytes, what) === 'refused') return;
    counts.read += 1;
    demand(!trial.declared.authenticated, `${what} were read, by a codec that authenticates`);
  };
  /** The bytes of a value that came back; `undefined`: it was refused. */
  const roundTrip = (make: Make): Uint8Array | undefined => {
    const bytes = trial.bytesOf({ name: 'the value', make, expect: 'equal' });
    if (bytes === undefined) {
      counts.refused += 1;
      return undefined;
    }
    counts.kept += 1;
    const value = trial.read('the value', bytes.slice());
    equal(value, make(), 'the value');
    const repeated = repeatedPart(value);
    demand(repeated === undefined, `the value has ${show(repeated)} twice`);
    trial.reads({ name: 'the value in another process', make }, bytes, { by: trial.other() });
    return bytes;
  };
  const each = fc.property(values, EDITS, fc.uint8Array({ maxLength: 120 }), (make, edits, strays) => {
    const bytes = roundTrip(make);
    judge(strays, 'bytes by chance');
    if (bytes === undefined) return;
    judge(edited(bytes, edits), 'bytes that were changed', bytes);
    judge(Uint8Array.from([...bytes, ...strays]), 'bytes with others behind them', bytes);
    judge(bytes.slice(0, Math.floor(bytes.length * (edits[0] as Edit).at)), 'bytes that were cut off', bytes);
  });
  try {
    fc.assert(each, { numRuns: runs, seed, includeErrorInReport: true, ...(path !== undefined && { path }) });
  } finally {
    prototypes.restore();
  }
  prototypes.demandUnchanged();
  return { seed, ...counts };
}

function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const result = Array.from(bytes);
  for (const { at, kind, byte, length } of edits) {
    const place = Math.floor(at * result.length);
    const old = result[place];
    if (kind === 'insert' || old === undefined) result.splice(place, 0, byte);
    else if (kind === 'set') result[place] = byte;
    else if (kind === 'flip') result[place] = old ^ (1 << (byte & 7));
    else if (kind === 'remove') result.splice(place, length);
    else if (kind === 'repeat') result.splice(place, 0, ...result.slice(place, place + length));
    else result.length = place;
  }
  return Uint8Array.from(result);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
