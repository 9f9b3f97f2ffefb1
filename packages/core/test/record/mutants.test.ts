import { describe, expect, test } from 'vitest';
import { playRounds } from '../../src/conformance/linearizability/rounds.ts';
import { recordScene } from '../linearizability/record-scene.ts';
import { isLong, tell } from '../linearizability/report.ts';
import { withMutant } from './mutate.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

const HOUR = 3_600_000;

/** How many rounds a mutant may live. */
const ROUNDS = 300;
const ROUNDS_OF_RARE = 20_000;

describe('every mutant of the record engine is noticed', () => {
  test.each(named(MUTANTS.filter(({ isRare }) => isLong || !isRare)))(
    '%s',
    async (_, mutant) => {
      const { rounds, problem } = await firstProblem(mutant);
      tell(
        `${problem === undefined ? 'SURVIVED' : `killed after ${rounds}`}: ${mutant.name}: ${problem?.split('\n')[0]}`,
      );
      expect(problem).toMatch(mutant.expects);
    },
    HOUR,
  );
});

/** `$name` would be cut. */
function named(mutants: readonly Mutant[]): readonly (readonly [string, Mutant])[] {
  return mutants.map((mutant) => [mutant.name, mutant] as const);
}

async function firstProblem(mutant: Mutant): Promise<{ rounds: number; problem: string | undefined }> {
  const { isRare = false, focus } = mutant;
  const count = isRare ? ROUNDS_OF_RARE : ROUNDS;
  return withMutant(mutant, async (parts) => {
    const { rounds, failures } = await playRounds((setting) => recordScene(setting, parts), {
      first: 1,
      count,
      ...(focus && { focus }),
    });
    return { rounds, problem: failures[0]?.problems[0] };
  });
}
