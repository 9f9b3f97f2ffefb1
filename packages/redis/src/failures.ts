/** What the errors of a client and a server mean: nothing was executed, nobody knows, or the request can never succeed. */
import { CacheError, isCacheError } from '@cache/core';

/** Replies that say that the command was not executed, and that it may be soon. */
const NOT_YET =
  /^(not connected|MOVED|ASK|TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|NOREPLICAS|BUSY|UNBLOCKED)\b|Stream isn't writeable|All keys in the pipeline|None of startup nodes is available|Failed to refresh slots cache|Too many Cluster redirections|Cluster isn't ready/;

/** The command may have been sent, and its reply is lost. */
const LOST =
  /max retries per request|Connection is closed|Command timed out|Socket timeout|Command aborted|ECONNRESET|EPIPE|ETIMEDOUT|Socket closed|read ECONN/i;

/**
 * A script was ended half-way: a master that gives a slot away refuses a step what names a key that is gone, also one that expired or was
 * deleted in that very step. What the step had done before stays done.
 */
const ABORTED = /^ERR (Lua )?script attempted to/i;

/** The command waits in a transaction of the program, which may execute it later, or never. */
const QUEUED = /^QUEUED\b/;

/**
 * A command of a script was refused, which ends the script there: what it had done before stays done. What is wrong
 * with the server is found at the first write, and a value of the wrong type before it.
 */
const BROKEN_OFF =
  /^(?!(PARTITIONS|WRONGTYPE|OOM|READONLY|MISCONF|NOREPLICAS)\b).* script: [0-9a-f]{40}, on @user_script/;

/** Replies that say that the command will never be executed, and what a connection is refused for, so that none will stand. */
const REFUSED =
  /^(not connected: )?(PARTITIONS|OOM|NOPERM|NOAUTH|WRONGPASS|WRONGTYPE|ERR|NOPROTO|MISCONF|EXECABORT|NOSCRIPT)\b|^not connected: (database \d+ was refused|.*(certificate|altnames|SSL routines|wrong version number))/i;

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^OOM\b/, 'the server is out of memory and may not evict: give it more, or shorter lives to the entries'],
  [
    /\bNOPERM\b|ACL failure in script|user executing the script can't/,
    'the user lacks a permission: it needs +@read +@write +@scripting +@pubsub +@connection +info +time, on a Cluster +cluster, its keys and its channels',
  ],
  [/\b(NOAUTH|WRONGPASS)\b/, 'the server wants another user or password'],
  [/^MISCONF\b/, 'the server cannot save and refuses writes'],
  [
    /invalid reply: null|No such master/,
    'the Sentinels know no master of this name: give sentinels.name as they do',
  ],
  [
    /DB index is out of range|the client is in database/,
    'the server has fewer databases: give the number of one that is there',
  ],
  [
    /SELECT is not allowed in cluster mode/,
    'this is a node of a Cluster: give cluster.nodes, and no database',
  ],
  [/unknown command '?sentinel|is not a sentinel/i, 'this is no Sentinel: give host and port, or url'],
  [/accepted by Sentinel instances/, 'this is a Sentinel: give sentinels'],
  [/Unknown RESP type|Protocol error, got/, 'what answers there is no Redis: look at host and port'],
  [/cluster support disabled/, 'this is no Cluster: give host and port, or url'],
  [/^MOVED\b/, 'this is a node of a Cluster: give cluster.nodes'],
  [/^READONLY\b/, 'this is a replica: give the address of the master'],
  [/alert certificate required/, 'the server wants to know its client: give tls a cert and its key'],
  [/SSL routines|wrong version number/i, 'the two sides do not agree on TLS'],
  [/certificate|altnames/i, 'the server is not whom tls trusts: give tls the authority that signed it as ca'],
  [/^not connected: .*ECONNRESET/, 'the server ended the connection at once: it may want TLS'],
  [
    /^PARTITIONS\b/,
    'all processes must give the same number: give partitions as it was made, or clear it and let it expire first',
  ],
  [QUEUED, 'give redis() a client that nothing else uses'],
  [/^WRONGTYPE\b/, 'somebody else keeps something under this key: delete it, or give the caches a prefix'],
];

/**
 * What an error says of the request: it was not executed and may be soon; nobody knows whether it was; it was executed to some part, and it
 * is no use to try again; it will never be executed.
 */
export type Meaning = 'not-executed' | 'unknown' | 'broken-off' | 'refused';

/**
 * What becomes of a request that is executed and not answered: nothing, because it only asks; the same as if it was executed again; or
 * something that must happen once.
 */
export type Effect = 'none' | 'repeatable' | 'once';

/** What the error of a client or a server means for the request that it answers. */
export function meaningOf(error: unknown): Meaning {
  const text = messageOf(error);
  if (ABORTED.test(text)) return 'unknown';
  if (BROKEN_OFF.test(text) || QUEUED.test(text)) return 'broken-off';
  if (REFUSED.test(text)) return 'refused';
  // Of several attempts the last may have been executed.
  if (text.includes('Too many Cluster redirections') && LOST.test(text)) return 'unknown';
  if (NOT_YET.test(text)) return 'not-executed';
  if (LOST.test(text)) return 'unknown';
  // Before a connection stands nothing can have been sent; anything else that a client says is taken for the worst.
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOENT|EHOSTUNREACH|ENETUNREACH|certificate|SSL|TLS|sentinels are unreachable/i.test(
    text,
  )
    ? 'not-executed'
    : 'unknown';
}

/** The failure that a caller sees. Its cause is the text alone: errors of a client carry the command, with keys, values and passwords. */
export function failureOf(
  error: unknown,
  operation: string,
  address: string,
  effect: Effect = 'once',
): CacheError {
  if (isCacheError(error)) return error;
  const said = messageOf(error);
  const meaning = meaningOf(error);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  const why = `${inOwnWords(said)}${remedy === undefined ? '' : ` (${remedy})`}`;
  const details = { cause: new Error(said), answered: isReply(said, meaning) };
  const fail = (code: 'UNAVAILABLE' | 'UNKNOWN_OUTCOME', what: string): CacheError =>
    new CacheError(code, `redis at ${address}: ${what}: ${why}`, details);
  if (meaning === 'not-executed' || meaning === 'refused')
    return fail('UNAVAILABLE', `${operation} was not executed`);
  if (effect === 'none') return fail('UNAVAILABLE', `${operation} had no answer`);
  return details.answered
    ? fail('UNKNOWN_OUTCOME', `${operation} was broken off, and nobody knows how much of it was executed`)
    : fail('UNKNOWN_OUTCOME', `the reply to ${operation} is lost, and nobody knows whether it was executed`);
}

/** Whether the server is there and said this. Of a connection that was refused the server says so, or this side, of its certificate. */
function isReply(said: string, meaning: Meaning): boolean {
  if (meaning === 'broken-off' || ABORTED.test(said)) return true;
  return meaning === 'refused' && !/certificate|altnames|SSL routines|wrong version number/i.test(said);
}

/** What a client or a server says in terms of its own options, or of its insides. */
function inOwnWords(said: string): string {
  if (said.includes('max retries per request')) return 'the connection was lost before the reply came';
  return said.replace(/ ?Please report this\.$| script: [0-9a-f]{40}, on @user_script:\d+\.$/, '');
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
