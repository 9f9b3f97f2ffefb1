/** Discretion: errors are written to logs. */
import { demand } from '../../assert.ts';
import { show } from '../../show.ts';
import type { KeptSample } from '../../values/sample.ts';
import { kept } from '../../values/sample.ts';
import { needsChecks, type CodecGroup } from '../codec-group.ts';
import { cuts, edits, flips } from '../stray-bytes.ts';
import type { Trial } from '../trial.ts';

/** A text of which no four characters occur anywhere else. */
const SECRET = 'qxzjkvwq'.repeat(8);
const PIECES: readonly string[] = Array.from({ length: 8 }, (_, i) => SECRET.slice(i, i + 4));

const SECRETS: readonly KeptSample[] = [
  kept('a secret text', () => SECRET),
  kept('a secret in an object', () => ({ password: SECRET, list: [SECRET, { again: SECRET }] })),
  kept('a secret in a map', () => new Map([['password', SECRET]])),
  kept('secret bytes', () => ({ bytes: new TextEncoder().encode(SECRET) })),
  kept('a short secret', () => [SECRET.slice(0, 8)]),
];

export const discretion: CodecGroup = {
  name: 'discretion',
  guarantee: 'No error says anything of a value or of the bytes: errors are written to logs.',
  cases: [
    {
      name: 'an error of decode tells nothing of what the bytes held',
      run(trial) {
        for (const { name, bytes } of secretsOf(trial)) {
          for (const stray of [
            ...cuts(bytes),
            ...trial.some([...flips(bytes, trial.random)], 8),
            ...edits(bytes, trial.random, trial.times(300)),
          ]) {
            const error = errorOf(() => trial.decode(stray));
            if (error !== undefined) demandSilence(error, `decode of ${name}, spoilt`);
          }
        }
      },
    },
    {
      name: 'a refusal tells where the fault is and nothing of what is around it',
      needs: needsChecks,
      run(trial) {
        const stranger = (): unknown => () => SECRET;
        for (const value of [
          { password: SECRET, list: [SECRET, stranger()] },
          [
            SECRET,
            new Map<unknown, unknown>([
              [1, SECRET],
              [2, stranger()],
            ]),
          ],
          { at: Object.assign(new Date(0), { zone: SECRET }) },
          new Set([SECRET, Symbol('s')]),
        ]) {
          const error = errorOf(() => trial.encode(value));
          demand(error !== undefined, `${show(value)} was taken`);
          demandSilence(error, 'encode of a value with a fault');
        }
      },
    },
    {
      name: 'a refusal of what the codec does not cover tells nothing of it',
      needs: ({ covers }) => (covers === 'less' ? undefined : 'the codec covers the whole model'),
      run(trial) {
        for (const { name, make } of trial.kept) {
          for (const value of [
            { password: SECRET, beside: make() },
            new Map([[1, SECRET]]),
            `${SECRET}\uD800`,
            [SECRET],
          ]) {
            const error = errorOf(() => trial.encode(value));
            if (error !== undefined) demandSilence(error, `encode of a secret beside ${name}`);
          }
        }
      },
    },
  ],
};

/** Those that the codec keeps, with their bytes. */
function secretsOf(trial: Trial): { name: string; bytes: Uint8Array }[] {
  return SECRETS.flatMap((sample) => {
    const bytes = trial.bytesOf(sample);
    return bytes === undefined ? [] : [{ name: sample.name, bytes }];
  });
}

function errorOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Demands that neither an error nor any of its causes has a piece of the secret. */
function demandSilence(error: unknown, what: string): void {
  for (let each: unknown = error, depth = 0; each !== undefined && depth < 8; depth++) {
    const told = tellingOf(each);
    const piece = PIECES.find((some) => told.includes(some));
    demand(
      piece === undefined,
      `${what}: the error${depth === 0 ? '' : ', in its cause,'} says '${piece ?? ''}'`,
    );
    each = each instanceof Error ? each.cause : undefined;
  }
}

/** All that an error says: a logger writes its own members too. */
function tellingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const members = Object.values(error).filter((member) => typeof member === 'string');
  return [error.name, error.message, error.stack ?? '', ...members].join('\n');
}
