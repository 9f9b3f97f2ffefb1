/** The kit in vitest. */
import { describe, test } from 'vitest';
import { conformance } from './conformance.ts';
import { limitMsOf, type ConformanceOptions } from './options.ts';

/** How the cases are run. */
export interface DescribeOptions {
  /** Several cases at once, up to vitest's `maxConcurrency`: in real time they mostly wait. Default false. */
  readonly concurrent?: boolean;
}

/** Registers every case as a test. What is skipped is listed with its reason. */
export function describeConformance(
  options: ConformanceOptions,
  { concurrent = false }: DescribeOptions = {},
): void {
  // The kit ends what hangs by itself, the case and then its closing, and says which: the runner only has to come later.
  const limit = 2 * limitMsOf(options) + 10_000;
  describe(`conformance of ${options.name}`, () => {
    for (const group of conformance(options)) {
      describe(group.skipped === undefined ? group.name : `${group.name}: skipped, ${group.skipped}`, () => {
        if (group.cases.length === 0) test.skip(group.guarantee, () => undefined);
        for (const each of group.cases) {
          if (each.skipped === undefined) test(each.name, { concurrent, timeout: limit }, each.run);
          else test.skip(`${each.name} (${each.skipped})`, each.run);
        }
      });
    }
  });
}
