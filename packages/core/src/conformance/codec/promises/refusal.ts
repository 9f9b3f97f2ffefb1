/** Refusal: what a codec cannot keep it does not take. */
import { Broken, demand } from '../../assert.ts';
import { copyValue } from '../../../copying.ts';
import { sameValue } from '../../same-value.ts';
import { show } from '../../show.ts';
import { STRANGERS, billionLaughs } from '../../values/strangers.ts';
import { needsChecks, type CodecGroup } from '../codec-group.ts';
import type { Trial } from '../trial.ts';

export const refusal: CodecGroup = {
  name: 'refusal',
  guarantee: 'What a codec cannot keep exactly it refuses at encode, with a TypeError that names the place.',
  cases: [
    {
      name: 'whatever is not of the model is refused, with its place',
      needs: needsChecks,
      run(trial) {
        // A codec that covers less may not even look into what the fault is in.
        const isWhole = trial.declared.covers === 'model';
        for (const { name, make, path } of STRANGERS) refuses(trial, name, make(), isWhole ? path : '');
      },
    },
    {
      name: 'the values that are to be refused are, with their places',
      run(trial) {
        for (const sample of trial.options.samples ?? [])
          if (sample.expect === 'refused') refuses(trial, sample.name, sample.make(), sample.path);
      },
    },
    {
      name: 'what the codec does not cover is refused, with its place',
      needs: ({ covers }) => (covers === 'less' ? undefined : 'the codec covers the whole model'),
      run(trial) {
        const around = (value: unknown): unknown => ({ user: { roles: [1, 2, value] } });
        // A codec that keeps this much has a way to the place.
        const isOpen = tryEncode(trial, around(3)) instanceof Uint8Array;
        for (const { name, make } of trial.kept) {
          const outcome = tryEncode(trial, make());
          if (outcome instanceof Uint8Array) continue;
          demandPlace(outcome, 'value', name);
          if (isOpen) refuses(trial, `${name} within others`, around(make()), 'value.user.roles[2]');
        }
      },
    },
    {
      name: 'no accessor is run',
      needs: needsChecks,
      run(trial) {
        let runs = 0;
        const value = Object.defineProperty({}, 'secret', { get: () => ++runs, enumerable: true });
        refuses(trial, 'an accessor', { a: [value] }, 'value.a[0].secret');
        demand(runs === 0, 'an accessor was run');
      },
    },
    {
      name: 'what was checked is what is written: each member is read once',
      needs: needsChecks,
      run(trial) {
        for (const [name, value] of Object.entries(shifty())) {
          const outcome = tryEncode(trial, value);
          // A codec may refuse what is not to be relied on.
          if (!(outcome instanceof Uint8Array)) continue;
          const back = trial.read(name, outcome);
          let copy: unknown;
          try {
            copy = copyValue(back);
          } catch (error) {
            throw new Broken(`${name}: what was written is not of the model: ${show(error)}`, {
              cause: error,
            });
          }
          demand(sameValue(copy, back), `${name}: what was written is not of the model`);
          const first = (back as { a?: unknown }).a ?? (back as unknown[])[0];
          demand(
            first === 'first',
            `${name}: ${show(first)} was written, which is what the second look gave`,
          );
        }
      },
    },
    {
      name: 'an error from within the value passes as it is',
      needs: needsChecks,
      run(trial) {
        const thrown = new RangeError('from a trap');
        const trap = new Proxy(
          { a: 1 },
          {
            get() {
              throw thrown;
            },
          },
        );
        try {
          trial.encode({ list: [trap] });
        } catch (error) {
          demand(error === thrown, `it came as ${show(error)}`);
          return;
        }
        throw new Broken('it was swallowed');
      },
    },
    {
      name: 'a small graph that unfolds without end is refused',
      needs: needsChecks,
      run(trial) {
        refuses(trial, 'a graph that unfolds without end', billionLaughs(), 'value');
      },
    },
  ],
};

/** Values that give something else at a second look. */
function shifty(): Readonly<Record<string, unknown>> {
  const once = (): ((first: unknown) => unknown) => {
    let looks = 0;
    return (first) => (looks++ === 0 ? first : () => 'second');
  };
  const ofObject = once();
  const ofArray = once();
  const changing = (target: object, look: (first: unknown) => unknown, name: string): unknown =>
    new Proxy(target, {
      get: (real, asked): unknown => (asked === name ? look('first') : Reflect.get(real, asked, real)),
      // A descriptor tells what kind of member it is. Its value is another matter.
      getOwnPropertyDescriptor: (real, asked) => Reflect.getOwnPropertyDescriptor(real, asked),
    });
  return {
    'an object': changing({ a: 'first' }, ofObject, 'a'),
    'an array': changing(['first'], ofArray, '0'),
  };
}

function tryEncode(trial: Trial, value: unknown): unknown {
  try {
    return trial.encode(value);
  } catch (error) {
    if (error instanceof Broken) throw error;
    return error;
  }
}

function refuses(trial: Trial, name: string, value: unknown, path: string): void {
  const outcome = tryEncode(trial, value);
  demand(!(outcome instanceof Uint8Array), `${name} was taken`);
  demandPlace(outcome, path, name);
}

function demandPlace(error: unknown, path: string, name: string): void {
  if (!(error instanceof TypeError))
    throw new Broken(`${name}: failed with ${show(error)}, not with a TypeError`, { cause: error });
  demand(error.message.includes(path), `${name}: the message does not say '${path}': ${error.message}`);
}
