/** One codec or library in a process of its own, and values of one form that it writes and reads. */
import { isDeepStrictEqual } from 'node:util';
import { serve } from '../method/worker.ts';
import { messageOf } from './messages.ts';
import { openSubject, type SubjectName } from './subjects.ts';
import { assortment, type ValueForm, VALUES, valuesOf } from './values.ts';

export type Way = 'encode' | 'decode';

export interface CodecSetting {
  readonly subject: SubjectName;
  readonly form: ValueForm;
}

export interface CodecRound {
  readonly way: Way;
  readonly ms: number;
}

export interface CodecRoundTaken {
  /** Per value, by the clock. */
  readonly ns: number;
  /** Of the processor, in user mode, of all threads: microseconds of the whole round. */
  readonly userUs: number;
  readonly operations: number;
  /** The mean length of what was written. */
  readonly bytes: number;
}

await serve(async ({ subject, form }: CodecSetting) => {
  const { encode, giveBack = () => {}, decode } = openSubject(subject, form);
  const isOfMessages = subject.includes('protobuf');
  const values = valuesOf(form).map((value) => (isOfMessages ? messageOf(form, value) : value));
  // As a client of Redis gives them.
  const stored = values.map((value) => Buffer.from(encode(value)));
  for (const [at, bytes] of stored.entries())
    if (!isDeepStrictEqual(decode(bytes), values[at]))
      throw new Error(`${subject} did not give back what it was given`);
  const bytes = stored.reduce((sum, { length }) => sum + length, 0) / VALUES;

  /** Reads what the loops made, so that nothing is dead code. */
  let seen = 0;
  if (!isOfMessages)
    for (let pass = 0; pass < 40; pass++)
      for (const other of assortment()) seen += decode(Buffer.from(encode(other))) === null ? Number.NaN : 1;

  const loops = {
    encode(count: number) {
      for (let step = 0; step < count; step++) {
        const written = encode(values[step % VALUES] as object);
        seen += written.length;
        giveBack(written);
      }
    },
    decode(count: number) {
      for (let step = 0; step < count; step++)
        seen += (decode(stored[step % VALUES] as Uint8Array) as { readonly id: string }).id.length;
    },
  };
  const paces = { encode: 2_000, decode: 2_000 };
  return async ({ way, ms }: CodecRound): Promise<CodecRoundTaken> => {
    const operations = Math.max(16, Math.round((ms * 1e6) / paces[way]));
    const before = process.cpuUsage();
    const startedAt = process.hrtime.bigint();
    loops[way](operations);
    const ns = Number(process.hrtime.bigint() - startedAt) / operations;
    const { user } = process.cpuUsage(before);
    if (!(seen > 0)) throw new Error('nothing was made');
    paces[way] = ns;
    return { ns, userUs: user, operations, bytes };
  };
});
