/** The Redis provider: entries live on a server, and every process that reaches it has the same ones. */
import { randomBytes } from 'node:crypto';
import { CacheError, type EngineProvider, type EngineTraits, type OpenContext } from '@cache/core';
import { Calls } from './calls.ts';
import { calledAs } from './checks.ts';
import { RedisEngine } from './engine.ts';
import { failureOf } from './failures.ts';
import { Groups } from './groups.ts';
import { factsOf, type ServerFacts } from './health.ts';
import { Indexing } from './indexing.ts';
import { Link } from './link.ts';
import { type RedisOptions, resolve, type Settings } from './options.ts';
import { type Partition, Partitions } from './partitions.ts';
import type { Connector } from './port.ts';
import { OPEN } from './steps.ts';
import { Sweep } from './sweep.ts';

const TRAITS: EngineTraits = {
  holds: 'bytes',
  scope: 'shared',
  synchronous: false,
  durable: true,
  expiryPrecisionMs: 1,
  scans: true,
  indexes: true,
  limits: true,
  sized: false,
  orderedInvalidation: true,
};

/** How long what is under way at the end may take, in milliseconds. */
const CLOSE_MS = 500;

/** The oldest version whose scripts say what they need. */
const OLDEST = 7;

/**
 * Makes a provider that keeps entries in Redis or Valkey: on one server, behind Sentinels, or on a Cluster.
 *
 * The server owns the entries. Each step of a cache is one script, so it takes effect as a whole or not at all, and the clock is the
 * server's. A command whose reply was lost is never sent again when that could change something: it is `UNKNOWN_OUTCOME`. Its promises
 * hold as long as the master does not change: a replica that takes over may lack the last writes.
 *
 * All caches of a provider share one connection for commands and one for messages. They are opened with the first cache and end with the
 * last; a client that was given is never closed. Throws a `TypeError` for options that make no sense.
 */
export function redis(options: RedisOptions = {}): EngineProvider {
  const settings = calledAs('redis()', () => resolve(options));
  let link: Link | undefined;
  let connector: Connector | undefined;

  return { kind: 'engine', name: settings.name, traits: TRAITS, codec: settings.codec, open };

  async function open(context: OpenContext): Promise<RedisEngine> {
    const { clock, random } = context;
    connector ??= settings.connector(random, clock);
    const shared = (link ??= new Link({ connector, prefix: settings.prefix, clock, random }));
    const leave = shared.use(context.report);
    const calls = new Calls({
      client: shared.client,
      address: connector.address,
      clock,
      random,
      deadline: context.deadline,
    });
    let isClosed = false;
    const close = async (): Promise<void> => {
      if (isClosed) return;
      isClosed = true;
      await calls.close(CLOSE_MS);
      leave();
      if (shared.isUsed) return;
      if (link === shared) link = undefined;
      await shared.close();
    };
    try {
      return await openSpace(settings, context, { shared, calls, connector, close });
    } catch (error) {
      await close();
      throw error;
    }
  }
}

interface Opening {
  readonly shared: Link;
  readonly calls: Calls;
  readonly connector: Connector;
  readonly close: () => Promise<void>;
}

async function openSpace(
  settings: Settings,
  { space, routeOf, clock, report }: OpenContext,
  { shared, calls, connector, close }: Opening,
): Promise<RedisEngine> {
  const [facts] = await Promise.all([
    calls.attempt('open', 'none', () => factsOf(shared.client)),
    calls.attempt('open', 'none', () => checkChannels(shared)),
  ]);
  checkVersion(facts, connector.address);
  const partitions = new Partitions(settings.prefix, space, settings.partitions, routeOf);
  const opened = await Promise.all(
    partitions.all.map((partition) => openPartition(calls, partition, connector.address)),
  );
  for (const { made } of opened) checkPartitions(made, partitions.all.length, space);
  const indexing = new Indexing(facts.policy);
  const { keeps } = indexing;
  const sweep = new Sweep({
    calls,
    partitions,
    clock,
    id: nextId(),
    keeps,
    interval: settings.sweepInterval,
  });
  if (opened.some(({ owes }) => owes)) sweep.owe();
  const groups = new Groups({
    calls,
    partitions,
    nextId,
    indexing,
    owes: () => sweep.owe(),
  });
  return new RedisEngine({
    calls,
    partitions,
    groups,
    inbox: shared.inbox,
    keeps,
    evicted: (key) => report({ type: 'evicted', key, cause: 'limit' }),
    close: () => {
      sweep.close();
      return close();
    },
  });
}

/**
 * A user without the channels is found out before anything is written: a script that ends with a wake-up would fail when the write has been
 * done. Nobody listens to this channel, which the same permission is for.
 */
async function checkChannels({ client, inbox }: Link): Promise<void> {
  await client.send('PUBLISH', [`${inbox.channel}:open`, '']);
}

function checkVersion({ version, product }: ServerFacts, address: string): void {
  const major = Number.parseInt(version, 10);
  if (Number.isNaN(major) || major >= OLDEST) return;
  throw new CacheError(
    'UNSUPPORTED',
    `${product} ${version} at ${address} is too old: @cache/redis needs version ${OLDEST} or later`,
    { trait: 'version' },
  );
}

interface OpenedPartition {
  /** The number of partitions it was made with; empty: it was not made, or is forgotten. */
  readonly made: string;
  /** Something in it waits to be swept. */
  readonly owes: boolean;
}

/** Looks at a partition. A user who lacks a permission is found out here, not by the first step that needs it. */
async function openPartition(calls: Calls, { marks }: Partition, address: string): Promise<OpenedPartition> {
  const reply = (await calls.ask(OPEN, [marks], [])) as readonly [Buffer, Buffer, readonly Buffer[]];
  const [made, debt, lacking] = reply;
  if (lacking.length > 0)
    throw failureOf(
      new Error(`NOPERM the user may not run ${lacking.join(', ')} in scripts, or not on these keys`),
      OPEN.name,
      address,
    );
  return { made: made.toString('latin1'), owes: debt.length > 0 };
}

/** Two processes that cut a space in two ways would not find each other's entries. */
function checkPartitions(made: string, count: number, space: string): void {
  if (made === '' || made === String(count)) return;
  throw new TypeError(
    `redis(): the space '${space}' was made with ${made} partitions, not ${count}: give partitions: ${made}, or clear it and let it expire first`,
  );
}

/** An id that nobody else has. */
function nextId(): string {
  return randomBytes(12).toString('base64url');
}
