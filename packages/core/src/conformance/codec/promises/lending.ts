/** Lending: bytes without memory of their own, for whoever copies them at once. */
import { demand, equal } from '../../assert.ts';
import { borrowed } from '../borrowed.ts';
import type { CodecCase, CodecGroup } from '../codec-group.ts';
import { HERE, Trial } from '../trial.ts';
import { independence } from './independence.ts';
import { refusal } from './refusal.ts';
import { roundTrip } from './round-trip.ts';

export const lending: CodecGroup = {
  name: 'lending',
  guarantee:
    'Bytes that may be lent are those of the value until the next call, and whoever asked for them may overwrite them.',
  cases: [
    {
      name: 'whoever overwrites what was lent changes neither the value nor bytes that were given before',
      run(trial) {
        const { codec } = trial;
        const encodings = trial.encodings(4_096);
        const copies = encodings.map(({ bytes }) => bytes.slice());
        for (const { name, make } of encodings) {
          const given = trial.given(make());
          codec.encode(given, HERE, { mayLend: true }).fill(0xff);
          equal(given, make(), `${name}, which was lent`);
        }
        for (const [i, { name, bytes }] of encodings.entries())
          demand(
            bytes.every((byte, at) => byte === copies[i]?.[at]),
            `the bytes of ${name} lie in what was lent later`,
          );
      },
    },
    ...[roundTrip, refusal, independence].flatMap(({ name, cases }) =>
      cases.map((each) => ofLent(each, name)),
    ),
  ],
};

/** A case of another promise, of what is lent. */
function ofLent({ name, needs, run }: CodecCase, promise: string): CodecCase {
  return {
    name: `${promise} of what is lent: ${name}`,
    ...(needs === undefined ? {} : { needs }),
    run({ options }) {
      run(new Trial({ ...options, codec: () => borrowed(options.codec()) }));
    },
  };
}
