/** Context: where the bytes will live, and under which schema version. */
import type { CodecContext } from '../../../codec.ts';
import { demand, equal } from '../../assert.ts';
import type { CodecGroup } from '../codec-group.ts';
import { HERE, type Trial } from '../trial.ts';

const FIELDS = ['cache', 'space', 'key', 'schemaVersion'] as const;

const ODD: readonly CodecContext[] = [
  { cache: '', space: '', key: 'k', schemaVersion: 0 },
  { cache: 'c', space: 's:', key: 'k'.repeat(8_192), schemaVersion: 1 },
  { cache: '__proto__', space: 'constructor', key: '__proto__', schemaVersion: 255 },
  { cache: 'c', space: 's', key: 'a\u0000b\u2028"\\', schemaVersion: 256 },
  { cache: 'ключ', space: '漢字', key: '👩‍👩‍👧', schemaVersion: 65_535 },
];

/** Places that are one text when their parts are joined, with whatever is put between them. */
const JOINED: readonly (readonly [CodecContext, CodecContext])[] = [
  '',
  ':',
  '/',
  '\u0000',
  '|',
  ',',
  '.',
  ' ',
].flatMap((mark): (readonly [CodecContext, CodecContext])[] => [
  [
    { cache: `a${mark}b`, space: 'c', key: 'd', schemaVersion: 1 },
    { cache: 'a', space: `b${mark}c`, key: 'd', schemaVersion: 1 },
  ],
  [
    { cache: 'a', space: `b${mark}c`, key: 'd', schemaVersion: 1 },
    { cache: 'a', space: 'b', key: `c${mark}d`, schemaVersion: 1 },
  ],
]);

export const context: CodecGroup = {
  name: 'context',
  guarantee:
    'Bytes are read where they were written; elsewhere too, or just not there, as the codec declares for cache, space, key and schema version.',
  cases: [
    {
      name: 'a value comes back wherever it lives, whatever its cache, space and key are called',
      run(trial) {
        for (const { name, make } of trial.encodings(1_024)) {
          for (const at of ODD) {
            trial.reads({ name: `${name} under an odd key`, make }, trial.encode(make(), { at }), {
              at: { ...at },
              by: trial.other(),
            });
          }
        }
      },
    },
    {
      name: 'the context is left as it was',
      run(trial) {
        const at = { ...HERE };
        for (const { bytes, make } of trial.encodings(1_024)) {
          trial.encode(make(), { at });
          trial.decode(bytes, { at });
          equal(at, { ...HERE }, 'the context');
        }
      },
    },
    {
      name: 'what the codec is not bound to makes no difference',
      needs: ({ boundTo }) =>
        boundTo.length === FIELDS.length ? 'the codec is bound to all of the context' : undefined,
      run(trial) {
        for (const encoding of trial.encodings(1_024)) {
          for (const field of FIELDS) {
            if (trial.declared.boundTo.includes(field)) continue;
            const moved = { ...encoding, name: `${encoding.name} with another ${field}` };
            const [at] = elsewhere(field);
            trial.reads(moved, encoding.bytes, { at });
          }
        }
      },
    },
    {
      name: 'what was moved to another place is refused',
      needs: ({ boundTo }) =>
        boundTo.length === 0 ? 'the codec is bound to no part of the context' : undefined,
      run(trial) {
        for (const { name, bytes } of trial.encodings(1_024)) {
          for (const field of trial.declared.boundTo) {
            for (const at of elsewhere(field)) refusesAt(trial, bytes, at, `${name} with another ${field}`);
          }
        }
      },
    },
    {
      name: 'places whose names only look alike when they are joined are told apart',
      needs: ({ boundTo }) =>
        boundTo.length === FIELDS.length ? undefined : 'the codec is not bound to all of the context',
      run(trial) {
        const [{ make }] = trial.encodings(1_024) as [ReturnType<Trial['encodings']>[number]];
        for (const [here, there] of JOINED) {
          const bytes = trial.encode(make(), { at: here });
          refusesAt(trial, bytes, there, `${JSON.stringify(here)} in place of ${JSON.stringify(there)}`);
        }
      },
    },
  ],
};

/** Places that are the usual one in all but one part of it. */
function* elsewhere(field: (typeof FIELDS)[number]): Generator<CodecContext> {
  const own = HERE[field];
  const others =
    typeof own === 'number'
      ? [0, 1, own + 1, own + 0x100, own << 8, 65_535]
      : ['elsewhere', '', `${own} `, own.toUpperCase(), own.slice(1)];
  for (const other of others) yield { ...HERE, [field]: other };
}

function refusesAt(trial: Trial, bytes: Uint8Array, at: CodecContext, what: string): void {
  try {
    trial.decode(bytes, { at });
  } catch {
    return;
  }
  demand(false, `${what} was read`);
}
