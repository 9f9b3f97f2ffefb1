/** Proportion: a few bytes must not cost much. */
import { systemClock } from '../../../clock.ts';
import { demand } from '../../assert.ts';
import { nested } from '../../values/sample.ts';
import type { CodecGroup } from '../codec-group.ts';
import type { Trial } from '../trial.ts';

const MIB = 2 ** 20;
/** Lengths and counts that lie, as they are written in many formats: as many as possible, and as many as fit into some memory. */
const LIES: readonly (readonly number[])[] = [
  [0xff],
  [0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x01, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x01],
  [0x00, 0x00, 0x00, 0x04],
  [0x04, 0x00, 0x00, 0x00],
  [0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x01],
];

/** A container of each kind, each within others of its kind. */
const NESTS: readonly (readonly [name: string, wrap: (value: unknown) => unknown])[] = [
  ['arrays', (value) => [value]],
  ['objects', (value) => ({ a: value })],
  ['objects without a prototype', (value) => Object.assign(Object.create(null) as object, { a: value })],
  ['values of maps', (value) => new Map([[1, value]])],
  ['keys of maps', (value) => new Map([[value, 1]])],
  ['sets', (value) => new Set([value])],
  ['pairs', (value) => [value, [1]]],
];

const LONG = 2 ** 15;

/** How much more time or memory stray bytes may take than bytes of a value. Far from what chance does, and from what a fault does. */
const GENEROUS = { times: 4, spareMs: 250, bytesEach: 512, spareBytes: 16 * MIB };

export const proportion: CodecGroup = {
  name: 'proportion',
  guarantee:
    'Reading takes time and memory in proportion to the bytes, whatever lengths they tell and however deep they nest.',
  cases: [
    {
      name: 'lengths and counts that lie take no memory and no time',
      run(trial) {
        const scales = new Scales(trial);
        for (const { name, bytes } of trial.some(trial.encodings(64), 8)) {
          for (let at = 0; at < bytes.length; at++) {
            for (const lie of LIES) {
              const longer = Uint8Array.from([...bytes.subarray(0, at), ...lie, ...bytes.subarray(at + 1)]);
              scales.weigh(longer, `a length that lies in ${name}`);
              const over = bytes.slice();
              over.set(lie.slice(0, bytes.length - at), at);
              scales.weigh(over, `a length that lies in ${name}`);
            }
          }
        }
      },
    },
    {
      name: 'counts that lie on every level do not multiply',
      run(trial) {
        const scales = new Scales(trial);
        for (const [name, wrap] of NESTS) {
          const bytes = trial.bytesOf({ name, make: () => nested(40, wrap, [1, 2, 3]), expect: 'equal' });
          if (bytes === undefined) continue;
          for (const lie of [0x17, 0x1f, 0x7f, 0x98, 0x99, 0xdc, 0xff]) {
            for (const stray of everywhere(bytes, lie))
              scales.weigh(padded(stray), `${name} whose counts lie`);
          }
        }
      },
    },
    {
      name: 'what nests without end takes no more than its length',
      run(trial) {
        const scales = new Scales(trial);
        for (const [name, wrap] of NESTS) {
          const bytes = trial.bytesOf({ name, make: () => nested(12, wrap), expect: 'equal' });
          if (bytes === undefined) continue;
          for (let head = 0; head <= Math.min(4, bytes.length); head++) {
            for (let length = 1; length <= Math.min(10, bytes.length - head); length++)
              scales.weigh(repeated(bytes, head, length), `${name} nested without end`);
          }
        }
      },
    },
    {
      name: 'one byte again and again takes no more than its length',
      run(trial) {
        const scales = new Scales(trial);
        for (let byte = 0; byte < 256; byte++)
          scales.weigh(new Uint8Array(LONG).fill(byte), `the byte ${byte} again and again`);
      },
    },
    {
      name: 'long values that are cut or changed take no more than whole ones',
      run(trial) {
        const scales = new Scales(trial);
        for (const sample of trial.large) {
          const bytes = trial.bytesOf(sample);
          if (bytes === undefined) continue;
          scales.expect(bytes);
          for (const part of [bytes.subarray(0, LONG), bytes.subarray(0, -1), bytes.subarray(1)])
            scales.weigh(part.slice(), `a part of ${sample.name}`);
          for (let round = 0; round < 4; round++) {
            const changed = bytes.slice();
            changed[Math.floor(trial.random() * Math.min(64, bytes.length))] = Math.floor(
              trial.random() * 256,
            );
            scales.weigh(changed, `${sample.name} with a byte changed`);
          }
        }
      },
    },
    {
      name: 'the bytes that the codec is given to be judged by take no more than their length',
      run(trial) {
        const scales = new Scales(trial);
        for (const [i, bytes] of (trial.options.hostile ?? []).entries()) {
          // Memory that is given back meanwhile hides what was taken: it is not given back every time.
          for (let again = 0; again < 3; again++) scales.weigh(bytes.slice(), `the hostile bytes ${i}`);
        }
      },
    },
  ],
};

/** Measures what decoding takes against what values of the codec take. */
class Scales {
  readonly #trial: Trial;
  readonly #clock = systemClock();
  /** Milliseconds for each byte of the value that takes longest for its length. */
  readonly #pace: number;
  /** What a whole value takes. */
  #whole = { ms: 0, bytes: 0 };

  constructor(trial: Trial) {
    this.#trial = trial;
    // Short enough for a time that grows with the square of the length to show in longer ones.
    const long = trial.encodings(1_024).filter(({ bytes }) => bytes.length > 256);
    // The first times are not like the others: nothing is compiled yet, and somebody else may have had the processor.
    const best = (bytes: Uint8Array): number =>
      Math.min(...Array.from({ length: 10 }, () => this.#time(bytes)));
    this.#pace = Math.max(0, ...long.map(({ bytes }) => best(bytes) / bytes.length));
  }

  /** Measures what a whole value takes: what comes after it may be as expensive, however short it is. */
  expect(whole: Uint8Array): void {
    const before = memoryInUse();
    const ms = this.#time(whole);
    this.#whole = { ms, bytes: Math.max(0, memoryInUse() - before) };
  }

  /** Fails when the decoding of `bytes`, whatever comes of it, takes time or memory out of proportion. */
  weigh(bytes: Uint8Array, what: string): void {
    const { times, spareMs, bytesEach, spareBytes } = GENEROUS;
    const allowedMs = times * (this.#pace * bytes.length + this.#whole.ms) + spareMs;
    const before = memoryInUse();
    let ms = this.#time(bytes);
    const taken = memoryInUse() - before;
    const expanded = this.#whole.bytes + (this.#trial.options.expandsTo ?? 0);
    demand(
      taken <= bytesEach * bytes.length + times * expanded + spareBytes,
      `${what}: ${bytes.length} bytes took ${Math.round(taken / MIB)} MiB`,
    );
    // The machine may have been busy with something else: what takes long, takes long every time.
    for (let again = 0; again < 3 && ms > allowedMs; again++) ms = Math.min(ms, this.#time(bytes));
    demand(
      ms <= allowedMs,
      `${what}: ${bytes.length} bytes took ${Math.round(ms)} ms, where values take ${Math.round(this.#pace * bytes.length)}`,
    );
  }

  #time(bytes: Uint8Array): number {
    const startedAt = this.#clock.elapsed();
    try {
      this.#trial.decode(bytes);
    } catch {
      // Judged by another group.
    }
    return this.#clock.elapsed() - startedAt;
  }
}

/** Bytes of the heap and beside it; 0 where the runtime does not tell. */
function memoryInUse(): number {
  if (typeof process !== 'object') return 0;
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** `byte` in the place of each byte that occurs most: in a nest that is where the counts are. */
function* everywhere(bytes: Uint8Array, byte: number): Generator<Uint8Array> {
  const counts = new Map<number, number>();
  for (const each of bytes) counts.set(each, (counts.get(each) ?? 0) + 1);
  const common = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 4);
  for (const [each] of common) yield bytes.map((old) => (old === each ? byte : old));
}

/** Followed by as much as would be there if the counts were true. */
function padded(bytes: Uint8Array): Uint8Array {
  const long = new Uint8Array(LONG);
  long.set(bytes);
  return long;
}

/** The first bytes, then those that follow them, again and again. */
function repeated(bytes: Uint8Array, head: number, length: number): Uint8Array {
  const long = new Uint8Array(LONG);
  long.set(bytes.subarray(0, head));
  for (let at = head; at < LONG; at++) long[at] = bytes[head + ((at - head) % length)] as number;
  return long;
}
