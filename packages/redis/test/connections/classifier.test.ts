import { expect, test } from 'vitest';
import { failureOf, meaningOf } from '../../src/failures.ts';

test.each([
  ["Stream isn't writeable and enableOfflineQueue options is false", 'not-executed'],
  ["Cluster isn't ready and enableOfflineQueue options is false", 'not-executed'],
  ['not connected', 'not-executed'],
  ['not connected: connect ECONNREFUSED 127.0.0.1:1', 'not-executed'],
  ["not connected: Socket timeout. Expecting data, but didn't receive any in 1000ms.", 'not-executed'],
  ['MOVED 3999 127.0.0.1:6381', 'not-executed'],
  ['ASK 3999 127.0.0.1:6381', 'not-executed'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'not-executed'],
  ['CLUSTERDOWN The cluster is down', 'not-executed'],
  ['LOADING Redis is loading the dataset in memory', 'not-executed'],
  ["READONLY You can't write against a read only replica.", 'not-executed'],
  ['MASTERDOWN Link with MASTER is down', 'not-executed'],
  ['NOREPLICAS Not enough good replicas to write.', 'not-executed'],
  ['BUSY Redis is busy running a script.', 'not-executed'],
  ['Too many Cluster redirections. Last error: ReplyError: MOVED 1 a:1', 'not-executed'],
  ['Connection is closed.', 'unknown'],
  [
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.',
    'unknown',
  ],
  ['Command timed out', 'unknown'],
  ['Command aborted due to connection close', 'unknown'],
  ['read ECONNRESET', 'unknown'],
  ['something that nobody has seen yet', 'unknown'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'refused'],
  ["NOPERM User app has no permissions to run the 'evalsha' command", 'refused'],
  ['NOAUTH Authentication required.', 'refused'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'refused'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'refused'],
  ['ERR unknown command', 'refused'],
  ['not connected: WRONGPASS invalid username-password pair or user is disabled.', 'refused'],
  ['not connected: self-signed certificate in certificate chain', 'refused'],
  ["not connected: Hostname/IP does not match certificate's altnames: IP: 10.0.0.1", 'refused'],
])("'%s' means %s", (message, meaning) => {
  expect(meaningOf(new Error(message))).toBe(meaning);
  expect(failureOf(new Error(message), 'set', 'h:1')).toMatchObject({
    code: meaning === 'unknown' ? 'UNKNOWN_OUTCOME' : 'UNAVAILABLE',
    message: expect.stringContaining(`redis at h:1: `),
    cause: { message },
  });
});
