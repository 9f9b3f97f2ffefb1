import { expect, test } from 'vitest';
import { termText } from '../../src/keyspace.ts';
import { limitExceeded } from '../../src/limits.ts';
import type { Opened } from '../../src/opened.ts';

test('a refused write is told with the index, the term and the limit that refused it', () => {
  const opened: Partial<Opened> = { name: 'sessions' };
  const limit = { term: termText('by user', 'u/7'), max: 5, onExceeded: 'refuse' as const };
  const error = limitExceeded(opened as Opened, 's1', limit);
  expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', cache: 'sessions', key: 's1' });
  expect(error.message).toContain("'by user' has 5 entries under 'u/7'");
});
