/** The conformance kit in vitest. */
import { describe, expect, test } from 'vitest';
import { sessionConformance, type SessionConformanceOptions } from '../src/testing/index.ts';

export function describeSessions(options: SessionConformanceOptions): void {
  describe(`sessions over ${options.name}`, () => {
    for (const { name, run, skipped } of sessionConformance(options)) {
      if (skipped === undefined) test(name, () => expect(run()).resolves.toBeUndefined());
      else test.skip(`${name} (${skipped})`, run);
    }
  });
}
