/** The kit in the test runner of Node. */
import { describe, test } from 'node:test';
import { conformance } from './conformance.ts';
import type { ConformanceOptions } from './options.ts';

/** Registers every case as a test. What is skipped is listed with its reason. */
export function describeConformance(options: ConformanceOptions): void {
  void describe(`conformance of ${options.name}`, () => {
    for (const group of conformance(options)) {
      void describe(group.name, () => {
        if (group.skipped !== undefined) void test(group.guarantee, { skip: group.skipped });
        for (const each of group.cases) void test(each.name, { skip: each.skipped ?? false }, each.run);
      });
    }
  });
}
