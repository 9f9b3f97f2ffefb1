/** Round trip: a codec never changes a value. */
import { MAX_DEPTH } from '../../../values.ts';
import { Broken } from '../../assert.ts';
import { depthOf } from '../../parts.ts';
import { show } from '../../show.ts';
import type { KeptSample } from '../../values/sample.ts';
import type { CodecGroup } from '../codec-group.ts';
import type { Trial } from '../trial.ts';

/** Places in which a value may lie. */
const WRAPS: Readonly<Record<string, (value: unknown, other: unknown) => unknown>> = {
  'a member': (value, other) => ({ first: value, second: other, last: value }),
  'an element': (value, other) => [value, other, value],
  'a member of an object without a prototype': (value) =>
    Object.assign(Object.create(null) as object, { a: value }),
  'a value of a map': (value) => new Map([['k', value]]),
  'a key of a map': (value, other) => new Map([[value, other]]),
  'a member of a set': (value) => new Set([value]),
  rows: (value, other) => [
    { id: 1, value },
    { id: 2, value: other },
    { id: 3, value },
  ],
};

export const roundTrip: CodecGroup = {
  name: 'round trip',
  guarantee:
    'What encode takes comes back from decode as it was, in whichever process, at whichever place in a value, whatever its size.',
  cases: [
    {
      name: 'every value comes back as it was, in this process and in another one',
      run(trial) {
        for (const encoding of trial.encodings()) {
          trial.reads(encoding, encoding.bytes);
          trial.reads(encoding, encoding.bytes, { by: trial.other() });
        }
      },
    },
    {
      name: 'every value comes back from within others',
      run(trial) {
        for (const { name, make } of trial.encodings(4_096)) {
          // One level more would be too many.
          if (depthOf(make()) === MAX_DEPTH) continue;
          for (const [place, wrap] of Object.entries(WRAPS))
            comesBack(trial, {
              name: `${name} as ${place}`,
              make: () => wrap(make(), make()),
              expect: 'equal',
            });
        }
      },
    },
    {
      name: 'values of megabytes come back as they were',
      run(trial) {
        for (const sample of trial.large) comesBack(trial, sample);
      },
    },
    {
      name: 'a value comes back as it was, however often it is encoded again',
      run(trial) {
        for (const { name, make, bytes } of trial.encodings(4_096)) {
          let value = trial.read(name, bytes);
          for (let round = 0; round < 3; round++) {
            const again = encoded(trial, name, value);
            trial.reads({ name: `${name}, encoded again`, make }, again);
            value = trial.read(name, again);
          }
        }
      },
    },
  ],
};

function comesBack(trial: Trial, sample: KeptSample): void {
  const bytes = trial.bytesOf(sample);
  if (bytes !== undefined) trial.reads(sample, bytes);
}

/** What was kept once has to be kept again. */
function encoded(trial: Trial, name: string, value: unknown): Uint8Array {
  try {
    return trial.encode(value);
  } catch (error) {
    throw new Broken(`encode of what decode gave for ${name}: failed with ${show(error)}`, { cause: error });
  }
}
