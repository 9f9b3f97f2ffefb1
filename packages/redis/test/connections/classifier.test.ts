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
  [
    'WRONGTYPE Operation against a key holding the wrong kind of value script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:216.',
    'refused',
  ],
  [
    "OOM command not allowed when used memory > 'maxmemory'. script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:2.",
    'refused',
  ],
  [
    "READONLY You can't write against a read only replica. script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:2.",
    'not-executed',
  ],
  ['ERR anything script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:216.', 'broken-off'],
  ['ERR unknown command', 'refused'],
  ['not connected: WRONGPASS invalid username-password pair or user is disabled.', 'refused'],
  ['not connected: database 99 was refused: ERR DB index is out of range', 'refused'],
  ['not connected: self-signed certificate in certificate chain', 'refused'],
  ["not connected: Hostname/IP does not match certificate's altnames: IP: 10.0.0.1", 'refused'],
])("'%s' means %s", (message, meaning) => {
  expect(meaningOf(new Error(message))).toBe(meaning);
  expect(failureOf(new Error(message), 'set', 'h:1')).toMatchObject({
    code: meaning === 'not-executed' || meaning === 'refused' ? 'UNAVAILABLE' : 'UNKNOWN_OUTCOME',
    message: expect.stringContaining(`redis at h:1: `),
    cause: { message },
  });
});

const BROKEN_OFF = [
  "ERR The user executing the script can't run this command or subcommand script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:236.",
  "ERR ACL failure in script: User app has no permissions to run the 'zadd' command script: 6e28c2284912eb947912030222bde30bcd982325, on @user_script:216.",
  'ERR Script attempted to access a non local key in a cluster node',
  'QUEUED for the end of a transaction that the program began on the client',
];

test.each(BROKEN_OFF)("after '%s' nobody knows how much was executed, and the server is there", (message) => {
  expect(failureOf(new Error(message), 'write', 'h:1')).toMatchObject({
    code: 'UNKNOWN_OUTCOME',
    answered: true,
    message: expect.stringContaining('write was broken off, and nobody knows how much of it was executed'),
  });
});

test.each(['Connection is closed.', 'Command timed out', ...BROKEN_OFF])(
  "a question that ends in '%s' has changed nothing",
  (message) => {
    expect(failureOf(new Error(message), 'get', 'h:1', 'none')).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('get had no answer'),
    });
  },
);

test.each([
  ['NOPERM this user has no permissions', true],
  ['not connected: WRONGPASS invalid username-password pair or user is disabled.', true],
  ['not connected: NOAUTH Authentication required.', true],
  ['not connected: database 3 was refused: NOPERM no permissions', true],
  ["OOM command not allowed when used memory > 'maxmemory'.", true],
  ['not connected: self-signed certificate in certificate chain', false],
  ['not connected: connect ECONNREFUSED 127.0.0.1:1', false],
  ['LOADING Redis is loading the dataset in memory', false],
  ['Connection is closed.', false],
])("'%s' is a refusal by a server that is there: %s", (message, answered) => {
  expect(failureOf(new Error(message), 'set', 'h:1')).toMatchObject({ answered });
});

test('what a client says of its own options is said in other words', () => {
  const said =
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.';
  expect(failureOf(new Error(said), 'set', 'h:1').message).toBe(
    'redis at h:1: the reply to set is lost, and nobody knows whether it was executed: the connection was lost before the reply came',
  );
});
