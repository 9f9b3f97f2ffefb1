/** What a case works with: codecs as different processes have them, called as core calls them. */
import type { Codec, CodecContext } from '../../codec.ts';
import { copyValue } from '../../copying.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { Broken, demand, equal } from '../assert.ts';
import { show } from '../show.ts';
import { KEPT_VALUES } from '../value-matrix.ts';
import { LARGE_VALUES } from '../values/large.ts';
import type { KeptSample } from '../values/sample.ts';
import { declaredBy, type CodecConformanceOptions, type Declared } from './options.ts';

export const HERE: CodecContext = Object.freeze({
  cache: 'users',
  space: 'users',
  key: 'user:1',
  schemaVersion: 7,
});

/** How a call may differ from the usual one. */
export interface Call {
  /** Default: the codec of the case. */
  readonly by?: Codec | undefined;
  readonly at?: CodecContext | undefined;
}

/** A value that the codec keeps, and its bytes. */
export interface Encoding {
  readonly name: string;
  readonly make: () => unknown;
  readonly bytes: Uint8Array;
}

export class Trial {
  readonly declared: Declared;
  readonly options: CodecConformanceOptions;
  readonly codec: Codec;
  /** Uniform in [0, 1), the same numbers in every run. */
  readonly random: () => number = seededRandom(1);

  readonly #isThorough: boolean;

  constructor(options: CodecConformanceOptions) {
    this.#isThorough = options.thorough !== false;
    this.options = options;
    this.declared = declaredBy(options);
    this.codec = options.codec();
  }

  /** The codec of another process. */
  other(): Codec {
    return this.options.codec();
  }

  /** Values that must come back, unless a codec that covers less refuses them. */
  get kept(): readonly KeptSample[] {
    return [...KEPT_VALUES, ...(this.options.samples ?? []).filter((sample) => sample.expect === 'equal')];
  }

  /** Values of megabytes. */
  get large(): readonly KeptSample[] {
    return this.some(LARGE_VALUES, 4);
  }

  /** All of it; in a slice every `nth`, for neighbours are alike. */
  some<T>(all: readonly T[], nth: number): readonly T[] {
    return this.#isThorough ? all : all.filter((_, i) => i % nth === nth >> 1);
  }

  /** How often something is tried; in a slice an eighth of that. */
  times(count: number): number {
    return this.#isThorough ? count : Math.ceil(count / 8);
  }

  /** What core gives a codec of a value: one that leaves the check to core gets a checked copy. */
  given<T>(value: T): T {
    return this.declared.checks ? value : copyValue(value);
  }

  /** Throws whatever the codec throws. */
  encode(value: unknown, call?: Call): Uint8Array {
    return this.encodeGiven(this.given(value), call);
  }

  /** The same for the very object. */
  encodeGiven(given: unknown, { by = this.codec, at = HERE }: Call = {}): Uint8Array {
    const bytes: unknown = by.encode(given, at);
    demand(bytes instanceof Uint8Array, `encode gave ${show(bytes)}, not a Uint8Array`);
    return bytes;
  }

  decode(bytes: Uint8Array, { by = this.codec, at = HERE }: Call = {}): unknown {
    return by.decode(bytes, at);
  }

  /** The bytes of a value; `undefined`: a codec that covers less refuses it. */
  bytesOf({ name, make }: KeptSample, call?: Call): Uint8Array | undefined {
    try {
      return this.encode(make(), call);
    } catch (error) {
      if (error instanceof Broken) throw error;
      if (error instanceof TypeError && this.declared.covers === 'less') return undefined;
      throw new Broken(`encode of ${name}: failed with ${show(error)}`, { cause: error });
    }
  }

  /** What comes of a value's own bytes, which cannot fail. */
  read(name: string, bytes: Uint8Array, call?: Call): unknown {
    try {
      return this.decode(bytes, call);
    } catch (error) {
      throw new Broken(`decode of ${name}: failed with ${show(error)}`, { cause: error });
    }
  }

  /** Demands that bytes are those of a value. */
  reads({ name, make }: Pick<Encoding, 'name' | 'make'>, bytes: Uint8Array, call?: Call): void {
    equal(this.read(name, bytes, call), make(), name);
  }

  /** Every value that the codec keeps, with its bytes. Demands that there is one. */
  encodings(longest: number = Infinity): readonly Encoding[] {
    const encodings = this.kept.flatMap((sample): Encoding[] => {
      const bytes = this.bytesOf(sample);
      return bytes === undefined ? [] : [{ name: sample.name, make: sample.make, bytes }];
    });
    demand(encodings.length > 0, 'every value was refused: give the suite samples that the codec keeps');
    const few = encodings.filter(({ bytes }) => bytes.length <= longest);
    return few.length > 0 ? few : encodings.toSorted((a, b) => a.bytes.length - b.bytes.length).slice(0, 1);
  }
}
