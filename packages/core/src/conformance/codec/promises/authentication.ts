/** Authentication: bytes are what somebody with the secret wrote, or they are refused. */
import { demand } from '../../assert.ts';
import type { CodecGroup } from '../codec-group.ts';
import { additions, cuts, edits, flips, randomBytes } from '../stray-bytes.ts';
import type { Trial } from '../trial.ts';

export const authentication: CodecGroup = {
  name: 'authentication',
  guarantee: 'Other bytes than those that encode gave are refused, whatever was done to them.',
  needs: ({ authenticated }) =>
    authenticated ? undefined : 'the codec does not declare that it notices every change of the bytes',
  cases: [
    ...[
      { name: 'a bit that was turned is noticed', spoil: flips },
      { name: 'bytes that are cut off are noticed', spoil: cuts },
      { name: 'bytes that were added are noticed', spoil: additions },
      {
        name: 'bytes that were changed, left out, put in and exchanged are noticed',
        spoil: (bytes: Uint8Array, random: () => number) => edits(bytes, random, 100),
      },
    ].map(({ name, spoil }) => ({
      name,
      run(trial: Trial) {
        for (const { name: of, bytes } of trial.some(trial.encodings(4_096), 8)) {
          for (const stray of spoil(bytes, trial.random))
            if (!isSame(stray, bytes)) refuses(trial, stray, of);
        }
      },
    })),
    {
      name: 'bytes by chance are refused',
      run(trial) {
        for (const bytes of randomBytes(trial.random, trial.times(2_000))) refuses(trial, bytes, 'nothing');
      },
    },
    {
      name: 'parts of two values are no value',
      run(trial) {
        const encodings = trial.encodings(4_096);
        for (const [i, { name, bytes }] of encodings.entries()) {
          const other = encodings[(i + 1) % encodings.length] as (typeof encodings)[number];
          for (const at of [1, 4, 12, 16, 28, bytes.length - 16, bytes.length - 1].filter(
            (each) => each > 0,
          )) {
            const mixed = Uint8Array.from([...bytes.subarray(0, at), ...other.bytes.subarray(at)]);
            if (!isSame(mixed, bytes) && !isSame(mixed, other.bytes)) refuses(trial, mixed, name);
          }
        }
      },
    },
  ],
};

function refuses(trial: Trial, bytes: Uint8Array, name: string): void {
  try {
    trial.decode(bytes);
  } catch {
    return;
  }
  demand(false, `other bytes than those of ${name} were read`);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
