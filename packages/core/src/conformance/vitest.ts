/** The kit, and the suite for codecs, in vitest. */
import { describe, test } from 'vitest';
import { codecConformance } from './codec/codec-conformance.ts';
import type { CodecConformanceOptions } from './codec/options.ts';
import { conformance, type RunnableGroup } from './conformance.ts';
import { limitMsOf, type ConformanceOptions } from './options.ts';

/** How the cases are run. */
export interface DescribeOptions {
  /** Several cases at once, up to vitest's `maxConcurrency`: in real time they mostly wait. Default false. */
  readonly concurrent?: boolean;
}

/** Nothing can end a call that is synchronous: this is how long a case may take at most before it counts as too slow. */
const CODEC_LIMIT_MS = 120_000;

/** Registers every case as a test. What is skipped is listed with its reason. */
export function describeConformance(
  options: ConformanceOptions,
  { concurrent = false }: DescribeOptions = {},
): void {
  // The kit ends what hangs by itself, the case and then its closing, and says which: the runner only has to come later.
  const timeout = 2 * limitMsOf(options) + 10_000;
  register(`conformance of ${options.name}`, conformance(options), { concurrent, timeout });
}

/** Registers every case that judges a codec as a test. What is skipped is listed with its reason. */
export function describeCodecConformance(options: CodecConformanceOptions): void {
  const name = options.name ?? options.codec().id;
  register(`conformance of the codec ${name}`, codecConformance(options), { timeout: CODEC_LIMIT_MS });
}

function register(
  title: string,
  groups: readonly RunnableGroup[],
  how: { readonly concurrent?: boolean; readonly timeout: number },
): void {
  describe(title, () => {
    for (const group of groups) {
      describe(group.skipped === undefined ? group.name : `${group.name}: skipped, ${group.skipped}`, () => {
        if (group.cases.length === 0) test.skip(group.guarantee, () => undefined);
        for (const each of group.cases) {
          if (each.skipped === undefined) test(each.name, how, each.run);
          else test.skip(`${each.name} (${each.skipped})`, each.run);
        }
      });
    }
  });
}
