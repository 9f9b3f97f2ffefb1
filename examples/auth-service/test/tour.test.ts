import { expect, test } from 'vitest';
import { runCommand } from './command.ts';

/** Milliseconds. The tour takes a few seconds; a machine that is busy with other tests may need several times as long. */
const TIMEOUT = 120_000;

test.each([
  ['memory', 'in a process of its own'],
  ['redis', 'in 2 processes on one database'],
])('the tour finds every promise kept on the provider %s', { timeout: TIMEOUT }, async (provider, where) => {
  const { code, output, errors } = await runCommand('--tour', '--latency', '10', '--provider', provider);
  expect(errors).toBe('');
  expect(code).toBe(0);
  expect(output).toContain(`The service runs ${where}`);
  for (const line of [
    'requests waiting in the service when the query was let go: 10,000',
    'queries the database ran for them: 1',
    'visits in the cached profile: 10,000',
    'requests in the record: 10,000',
    'status for a request that came after it, the old query still under way: 404',
    'a request that came after the renaming, while the old query ran, got the new name',
    'most queries at once: 1',
    'guesses counted, each with a number of its own: 1,000',
    'users of team-7 now: 98',
    'the cached profile has the real one',
    'others who got the profile: 9',
    "it says 'ok'",
  ]) {
    expect(output).toContain(`   ok  ${line}`);
  }
  expect(output).toMatch(/sessions known( in the other process)? right after the login: 1$/m);
  expect(output).toMatch(/^11 steps, \d+ promises kept/m);
});
