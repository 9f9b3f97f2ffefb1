/** Whether the kit would notice: each script is made wrong in one place, on a real server. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProvidedRedis } from '@cache/test-servers/redis.global';
import { expect, inject, test } from 'vitest';
import type { JudgedMutant } from './score.ts';
import { SCRIPT_MUTANTS } from './script-mutants.ts';

/** In a short run every so manieth mutant. */
const NTH = process.env['CACHE_LONG'] === '1' ? 1 : 6;

test('the kit notices every script that is wrong', { timeout: 300_000 }, async () => {
  const { url }: ProvidedRedis = inject('redis');
  const score = join(import.meta.dirname, 'score.ts');
  const args = ['--conditions=@cache/source', '--no-warnings', score, url, String(NTH)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const judged = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JudgedMutant);
  const killed = judged.filter(({ killedBy }) => killedBy !== undefined);
  // The score belongs into the output of every run of the tests.
  process.stdout.write(
    `script mutants: ${killed.length} of ${judged.length} killed${NTH === 1 ? '' : `, of ${SCRIPT_MUTANTS.length} in the long run`}\n`,
  );
  expect(judged).toHaveLength(Math.ceil(SCRIPT_MUTANTS.length / NTH));
  expect(judged.filter(({ killedBy }) => killedBy === undefined)).toEqual([]);
});
