/** Identity: what a codec says of itself. */
import { demand, equal } from '../../assert.ts';
import { show } from '../../show.ts';
import type { CodecGroup } from '../codec-group.ts';

export const identity: CodecGroup = {
  name: 'identity',
  guarantee:
    'A codec has a short id that never changes, answers at once, and says the same of itself every time.',
  cases: [
    {
      name: 'the id is 1 to 16 printable ASCII characters without spaces',
      run({ codec }) {
        demand(typeof codec.id === 'string' && /^[!-~]{1,16}$/.test(codec.id), `the id is ${show(codec.id)}`);
      },
    },
    {
      name: 'id, checks and authenticates are the same in every process, before and after work',
      run(trial) {
        const said = ({ id, checks = false, authenticates = false }: typeof trial.codec) => ({
          id,
          checks,
          authenticates,
        });
        const first = said(trial.codec);
        for (const [name, value] of Object.entries(first).slice(1))
          demand(typeof value === 'boolean', `${name} is ${show(value)}, not a boolean`);
        equal(said(trial.codec), first, 'what the codec says of itself, asked again');
        for (const { bytes } of trial.encodings(256)) trial.decode(bytes);
        equal(said(trial.codec), first, 'what the codec says of itself after work');
        equal(said(trial.other()), first, 'what the codec of another process says of itself');
      },
    },
    {
      name: 'encode gives bytes and decode a value, at once',
      run(trial) {
        for (const { name, bytes } of trial.encodings(256)) {
          const value = trial.read(name, bytes);
          demand(!(value instanceof Promise), `decode of ${name} gave a promise`);
        }
      },
    },
  ],
};
