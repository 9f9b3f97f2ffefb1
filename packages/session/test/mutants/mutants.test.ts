import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the kit notices every mutant', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@cache/source', '--no-warnings', join(import.meta.dirname, 'score.ts')],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  // The score belongs into the output of every run of the tests.
  process.stdout.write(stdout);
  expect({ stderr, lines: stdout.trim().split('\n') }).toEqual({
    stderr: '',
    lines: [expect.stringMatching(/^mutants: (\d+) of \1 killed$/)],
  });
  expect(status).toBe(0);
}, 120_000);
