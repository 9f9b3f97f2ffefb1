/** The kit, and the suite for codecs, in the test runner of Node. */
import { describe, test } from 'node:test';
import { codecConformance } from './codec/codec-conformance.ts';
import type { CodecConformanceOptions } from './codec/options.ts';
import { conformance, type RunnableGroup } from './conformance.ts';
import type { ConformanceOptions } from './options.ts';

/** Registers every case as a test. What is skipped is listed with its reason. */
export function describeConformance(options: ConformanceOptions): void {
  register(`conformance of ${options.name}`, conformance(options));
}

/** Registers every case that judges a codec as a test. What is skipped is listed with its reason. */
export function describeCodecConformance(options: CodecConformanceOptions): void {
  register(`conformance of the codec ${options.name ?? options.codec().id}`, codecConformance(options));
}

function register(title: string, groups: readonly RunnableGroup[]): void {
  void describe(title, () => {
    for (const group of groups) {
      void describe(group.name, () => {
        if (group.skipped !== undefined) void test(group.guarantee, { skip: group.skipped });
        for (const each of group.cases) void test(each.name, { skip: each.skipped ?? false }, each.run);
      });
    }
  });
}
