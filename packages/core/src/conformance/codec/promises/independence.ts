/** Independence: no call depends on another one. */
import { Broken, demand, equal } from '../../assert.ts';
import { needsChecks, type CodecGroup } from '../codec-group.ts';
import type { Trial } from '../trial.ts';

/** Tables that a codec might fill as it goes end somewhere: at 32, 64 or 256 names, or at thousands. */
const MANY = 5_000;

export const independence: CodecGroup = {
  name: 'independence',
  guarantee:
    'Bytes stand for themselves: no call depends on what was encoded, decoded or refused before, or meanwhile.',
  cases: [
    {
      name: 'a process that has seen nothing else reads each value, in any order',
      run(trial) {
        trial.encodings(4_096);
        // What was written before may not be taken for known.
        for (const encoding of trial.encodings(4_096).toReversed())
          trial.reads(encoding, encoding.bytes, { by: trial.other() });
      },
    },
    {
      name: 'values of many shapes do not wear a codec out, nor do their bytes need its memory',
      run(trial) {
        const make = (i: number) => ({ [`name${i}`]: i, [`text ${i % 97}`]: `value ${i}`, same: [i] });
        if (trial.bytesOf({ name: 'a row', make: () => make(0), expect: 'equal' }) === undefined) return;
        const all = Array.from({ length: MANY }, (_, i) => trial.encode(make(i)));
        const reader = trial.other();
        for (let i = MANY - 1; i >= 0; i -= 61) {
          const value = { name: `row ${i} of ${MANY}`, make: () => make(i) };
          trial.reads(value, all[i] as Uint8Array);
          trial.reads(value, all[i] as Uint8Array, { by: reader });
        }
      },
    },
    {
      name: 'calls of two codecs do not reach each other',
      run(trial) {
        const [one, two] = [trial.other(), trial.other()];
        const encodings = trial.encodings(4_096);
        const written = encodings.map(({ make }, i) => ({
          mine: trial.encode(make(), { by: one }),
          its: trial.encode((encodings.at(-1 - i) as (typeof encodings)[number]).make(), { by: two }),
        }));
        for (const [i, { mine, its }] of written.entries()) {
          trial.reads(encodings[i] as (typeof encodings)[number], mine, { by: two });
          trial.reads(encodings.at(-1 - i) as (typeof encodings)[number], its, { by: one });
        }
      },
    },
    {
      name: 'a call that failed changes nothing for the next one',
      run(trial) {
        for (const encoding of trial.encodings(256)) {
          for (const failing of failuresOf(trial, encoding.bytes)) {
            fails(failing);
            const bytes = trial.encode(encoding.make());
            trial.reads({ ...encoding, name: `${encoding.name}, written after a failure` }, bytes);
            fails(failing);
            trial.reads({ ...encoding, name: `${encoding.name} after a failure` }, encoding.bytes);
          }
        }
      },
    },
    {
      name: 'a value may encode and decode others while it is read',
      needs: needsChecks,
      run(trial) {
        const inner: Uint8Array[] = [];
        const make = (): object => ({ a: 'x'.repeat(300), b: [1, 2, { c: -0 }] });
        const nosy = new Proxy(make(), {
          get(target, name) {
            inner.push(trial.encode({ inner: String(name) }));
            trial.decode(inner.at(-1) as Uint8Array);
            return Reflect.get(target, name) as unknown;
          },
        });
        const around = (value: unknown): unknown => ['before', value, 'after', { more: make() }];
        equal(trial.decode(trial.encode(around(nosy))), around(make()), 'the outer value');
        demand(inner.length > 0, 'no member was read');
        for (const bytes of inner) {
          const name = (trial.decode(bytes) as { readonly inner?: unknown }).inner;
          demand(name === 'a' || name === 'b', 'an inner value came back as another one');
        }
      },
    },
  ],
};

const UNKEPT: readonly unknown[] = [
  () => 1,
  [[[() => 1]]],
  { a: 'x'.repeat(3_000), b: { c: Symbol('s') } },
  new Map([[{ k: [() => 1] }, 1]]),
];

/** Calls that are to fail, early and late in a value. */
function failuresOf(trial: Trial, bytes: Uint8Array): readonly (() => unknown)[] {
  const parts = [bytes.slice(0, -1), bytes.slice(0, bytes.length >> 1), bytes.slice(1)];
  return [
    ...UNKEPT.map((value) => () => trial.encode(value)),
    ...parts.map((part) => () => trial.decode(part)),
  ];
}

function fails(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (error instanceof Broken) throw error;
  }
}
