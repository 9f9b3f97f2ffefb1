/** Hostile bytes: whoever can write to the store must not reach the program. */
import { demand } from '../../assert.ts';
import { kept, own, type KeptSample } from '../../values/sample.ts';
import type { CodecGroup } from '../codec-group.ts';
import { Prototypes } from '../prototypes.ts';
import { additions, cuts, edits, flips, judgeStray, randomBytes } from '../stray-bytes.ts';
import type { Encoding, Trial } from '../trial.ts';

/** Names that are one bit away from such that lead to what all objects share. */
const ALMOST: readonly KeptSample[] = [
  kept('a name that is almost __proto__', () => own('__proto_^', { polluted: true })),
  kept('names that are almost __proto__, in rows', () =>
    [1, 2].map(() => own('_^proto__', own('polluted', 1))),
  ),
  kept('a name that is almost constructor', () => ({ constructos: { prototype: { polluted: true } } })),
  kept('keys of a map that are almost __proto__', () => new Map([['__prot\u006e__', { polluted: true }]])),
  kept('texts that are almost __proto__', () => ['__proto_^', '__proto_^', { '__proto_^': '__proto_^' }]),
];

type Spoil = (bytes: Uint8Array, random: () => number) => Iterable<Uint8Array>;

const SPOILT: readonly (readonly [name: string, what: string, longest: number, spoil: Spoil])[] = [
  ['the beginnings of bytes', 'the beginning', 2_048, cuts],
  ['bytes of which a bit was turned', 'a bit turned', 512, flips],
  ['bytes with others in front of them or behind them', 'bytes added', 512, additions],
  [
    'bytes that were changed, left out, put in and exchanged',
    'bytes edited',
    256,
    (bytes, random) => edits(bytes, random, 60),
  ],
];

export const hostileBytes: CodecGroup = {
  name: 'hostile bytes',
  guarantee:
    'Bytes that nobody encoded are an error or a value that the codec keeps: never undefined, nothing else, and nothing that all objects share is changed.',
  cases: [
    ...SPOILT.map(([name, what, longest, spoil]) => ({
      name: `${name} are an error or a value`,
      run(trial: Trial) {
        for (const { name: of, bytes } of seedsOf(trial, longest)) {
          const prototypes = new Prototypes();
          for (const stray of spoil(bytes, trial.random)) judgeStray(trial, stray, `${what} of ${of}`);
          demandUnchanged(prototypes, `${what} of ${of}`);
        }
      },
    })),
    {
      name: 'parts of two values are an error or a value',
      run(trial) {
        const seeds = seedsOf(trial, 256);
        for (const [i, { name, bytes }] of seeds.entries()) {
          const other = seeds[(i * 7 + 3) % seeds.length] as Encoding;
          for (let round = 0; round < 20; round++) {
            const [cut, otherCut] = [bytes, other.bytes].map(({ length }) =>
              Math.floor(trial.random() * (length + 1)),
            );
            const mixed = Uint8Array.from([...bytes.subarray(0, cut), ...other.bytes.subarray(otherCut)]);
            judgeStray(trial, mixed, `${name}, going on as ${other.name}`);
          }
        }
      },
    },
    {
      name: 'bytes by chance are an error or a value, and no value is made up for most of them',
      run(trial) {
        const strays = [
          new Uint8Array(0),
          ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
          ...randomBytes(trial.random, trial.times(5_000)),
        ];
        let lenient = 0;
        for (const bytes of strays)
          if (judgeStray(trial, bytes, 'bytes by chance') === 'lenient') lenient += 1;
        demand(
          lenient < strays.length / 4,
          `${lenient} of ${strays.length} times bytes by chance were read as a value that has other bytes`,
        );
      },
    },
    {
      name: 'the bytes that the codec is given to be judged by are an error or a value',
      run(trial) {
        for (const [i, bytes] of (trial.options.hostile ?? []).entries())
          judgeStray(trial, bytes.slice(), `the hostile bytes ${i}`);
      },
    },
  ],
};

/** Bytes to be spoilt: short ones, since there every place is reached. */
function seedsOf(trial: Trial, longest: number): readonly Encoding[] {
  const almost = ALMOST.flatMap((sample): Encoding[] => {
    const bytes = trial.bytesOf(sample);
    return bytes === undefined ? [] : [{ name: sample.name, make: sample.make, bytes }];
  });
  return [...almost, ...trial.some(trial.encodings(longest), 8)];
}

function demandUnchanged(prototypes: Prototypes, what: string): void {
  prototypes.restore();
  try {
    prototypes.demandUnchanged();
  } catch (error) {
    demand(false, `${what}: ${(error as Error).message}`);
  }
}
