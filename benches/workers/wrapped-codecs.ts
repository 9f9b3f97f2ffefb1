/** One codec, and values of one form that it writes and reads. */
import { isDeepStrictEqual } from 'node:util';
import { keyOf, idOf } from '../method/keys.ts';
import { order } from '../method/order.ts';
import { session } from '../method/session.ts';
import { serve } from '../method/worker.ts';
import { openWrapped, type WrappedName } from '../subjects/wrapped-codecs.ts';

export type ValueForm = 'session' | 'order';

export interface WrappedSetting {
  readonly subject: WrappedName;
  readonly form: ValueForm;
}

export interface WrappedRound {
  readonly way: 'encode' | 'decode';
  readonly ms: number;
}

export interface WrappedRoundTaken {
  /** Per value. */
  readonly ns: number;
  /** The mean length of an entry. */
  readonly bytes: number;
}

const VALUES = 64;

await serve(async ({ subject, form }: WrappedSetting) => {
  const codec = openWrapped(subject);
  const contexts = Array.from({ length: VALUES }, (_, at) => ({
    cache: 'things',
    space: 'prod/things:',
    key: keyOf(idOf(at)),
    schemaVersion: 0,
  }));
  const values = contexts.map((_, at) => (form === 'session' ? session(at, 'date') : order(at)));
  const entries = values.map((value, at) => codec.encode(value, contexts[at] as (typeof contexts)[0]));
  for (const [at, entry] of entries.entries())
    if (!isDeepStrictEqual(codec.decode(entry, contexts[at] as (typeof contexts)[0]), values[at]))
      throw new Error(`${subject} did not give back what it was given`);
  const bytes = entries.reduce((sum, { length }) => sum + length, 0) / VALUES;

  /** Reads what the loops made, so that nothing is dead code. */
  let seen = 0;
  const loops = {
    encode(count: number) {
      for (let step = 0; step < count; step++) {
        const at = step % VALUES;
        seen += codec.encode(values[at], contexts[at] as (typeof contexts)[0]).length;
      }
    },
    decode(count: number) {
      for (let step = 0; step < count; step++) {
        const at = step % VALUES;
        const value = codec.decode(entries[at] as Uint8Array, contexts[at] as (typeof contexts)[0]);
        seen += (value as { readonly id: string }).id.length;
      }
    },
  };

  const paces = { encode: 10_000, decode: 10_000 };
  return async ({ way, ms }: WrappedRound): Promise<WrappedRoundTaken> => {
    const count = Math.max(4, Math.round((ms * 1e6) / paces[way]));
    const startedAt = process.hrtime.bigint();
    loops[way](count);
    const ns = Number(process.hrtime.bigint() - startedAt) / count;
    if (!(seen > 0)) throw new Error('nothing was made');
    paces[way] = ns;
    return { ns, bytes };
  };
});
