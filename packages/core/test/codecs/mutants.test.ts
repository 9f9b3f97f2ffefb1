import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the suite for codecs notices every mutant, and docs/writing-a-codec.md says so', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--conditions=@cache/source',
      '--no-warnings',
      join(import.meta.dirname, 'report.ts'),
      '--check',
      // What the slice notices the whole does, too.
      ...(process.env['CACHE_LONG'] === '1' ? [] : ['--slice']),
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  // The score belongs into the output of every run of the tests.
  process.stdout.write(stdout);
  expect({ stderr, lines: stdout.trim().split('\n') }).toEqual({
    stderr: '',
    lines: [expect.stringMatching(/^mutants: (\d+) of \1 killed$/)],
  });
  expect(status).toBe(0);
}, 300_000);
