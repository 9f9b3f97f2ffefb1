/** What does an entry take of the server's memory, against a plain key of the same payload? */
import { createManager } from '@cache/core';
import { redis } from '@cache/redis';
import { startRedis } from '@cache/test-servers/redis';
import type { RedisServer } from '@cache/test-servers/server';
import { Redis } from 'ioredis';
import { inspectMachine } from '../method/machine.ts';
import { idOf, keyOf } from '../method/keys.ts';
import { quick } from '../method/quick.ts';
import { type Session, session } from '../method/session.ts';
import { Worker } from '../method/worker.ts';
import { keep } from './kept.ts';
import { teamOf } from './subjects/ours.ts';
import { HOUR } from './subjects/subject.ts';
import type { SubjectName } from './subjects/subjects.ts';
import type { OperationSetting } from './workers/operations.ts';

export interface RedisFootprintFigures {
  readonly what: string;
  /** Of the key, in characters; of the value, in bytes. */
  readonly key: number;
  readonly value: number;
  /** What `MEMORY USAGE` says of the key. */
  readonly usage: number;
  /** What the server's memory grew by for an entry with all that belongs to it, the tables of keys and expiries and indexes included. */
  readonly all: number;
}

const ENTRIES = quick ? 200 : 10_000;
/** Version, times, generation and lengths, before the payload. */
const HEADER = 77;

const machine = inspectMachine();
const sessions = Array.from({ length: ENTRIES }, (_, at) => session(at, 'plain'));
const payloads: Buffer[] = [];
const figures: RedisFootprintFigures[] = [
  await measure('@cache/redis', ({ url }) =>
    fillOurs(url, {}, async () => {
      const client = new Redis(url);
      for (const at of sessions.keys())
        payloads.push(await client.getrangeBuffer(`e:{sessions:0}${nameOf(at)}`, HEADER, -1));
      await client.quit();
    }),
  ),
  await measure('@cache/redis, a tag', ({ url }) => fillOurs(url, { tags: true })),
  await measure('@cache/redis, an index term', ({ url }) => fillOurs(url, { terms: true })),
  await measure('@cache/redis, a tag and a term', ({ url }) => fillOurs(url, { tags: true, terms: true })),
];
figures.unshift(
  await measure('a plain key, the same payload', async ({ url }) => {
    const client = new Redis(url);
    await Promise.all(payloads.map((bytes, at) => client.set(nameOf(at), bytes, 'PX', HOUR)));
    await client.quit();
  }),
);
for (const subject of ['ioredis, JSON', 'bentocache', 'cacheable', 'keyv'] satisfies SubjectName[])
  figures.push(await measure(subject, ({ url }) => fillBy(url, subject)));
for (const { what, key, value, usage, all } of figures)
  console.log(`${what.padEnd(32)} key ${key}  value ${value}  usage ${usage}  all in all ${all}`);
keep('footprint', { machine, figures });

/** Fills a server of its own, looks at one entry and at the whole. */
async function measure(
  what: string,
  fill: (server: RedisServer) => Promise<void>,
): Promise<RedisFootprintFigures> {
  await using server = await startRedis();
  const before = await used(server);
  await fill(server);
  const all = ((await used(server)) - before) / ENTRIES;
  const keys = (await server.command('KEYS', `*${nameOf(ENTRIES - 1)}`)) as readonly string[];
  const [key = ''] = keys;
  if (keys.length !== 1) throw new Error(`${what}: ${keys.length} keys for one entry`);
  return {
    what,
    key: key.length,
    value: (await server.command('STRLEN', key)) as number,
    usage: (await server.command('MEMORY', 'USAGE', key)) as number,
    all: Math.round(all),
  };
}

/** Without the buffers of connections, which come and go. */
async function used(server: RedisServer): Promise<number> {
  const stats = (await server.command('MEMORY', 'STATS')) as readonly (string | number)[];
  const of = (name: string): number => Number(stats[stats.indexOf(name) + 1]);
  return of('total.allocated') - of('clients.normal');
}

async function fillOurs(
  url: string,
  { tags = false, terms = false }: { readonly tags?: boolean; readonly terms?: boolean },
  look?: () => Promise<void>,
): Promise<void> {
  await using manager = createManager({ providers: [redis({ url })] });
  const cache = manager.cache<Session>('sessions', {
    jitter: 0,
    ...(terms && { indexes: { team: teamOf } }),
  });
  await Promise.all(
    sessions.map((each, at) => cache.set(nameOf(at), each, tags ? { tags: [teamOf(each)] } : {})),
  );
  await look?.();
}

async function fillBy(url: string, subject: SubjectName): Promise<void> {
  const setting: OperationSetting = { subject, url, entries: ENTRIES };
  const worker = new Worker(new URL('workers/operations.ts', import.meta.url), setting);
  await worker.ask({ operation: 'get', inFlight: 1, ms: 0 });
  await worker.end();
}

function nameOf(at: number): string {
  return keyOf(idOf(at));
}
