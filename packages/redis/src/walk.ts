/** A walk over the records of partitions: every master is gone over once, however many partitions there are. */
import { CacheError, type Pattern } from '@cache/core';
import type { Calls } from './calls.ts';
import { type Ground, groundOf } from './ground.ts';
import type { Partition, Partitions } from './partitions.ts';
import type { Node, Reply } from './port.ts';

/** How many keys of a server one step passes. */
const SCANNED = 1_000;
/** So many entries are looked at in one step. */
const PAGE = 256;
/** So often a walk begins anew: each time a slot must have moved, or a server been started, meanwhile. */
const MOST_PASSES = 64;

/** Keys whose records lie in one partition. */
export interface Page {
  readonly partition: Partition;
  readonly keys: readonly string[];
}

export interface WalkOptions {
  readonly calls: Calls;
  readonly partitions: Partitions;
  /** Those to walk over. Default: all. */
  readonly chosen?: readonly Partition[];
  /** What the keys begin with. Default: anything. */
  readonly prefix?: string;
  /** Asked before every step: true ends the walk early. */
  readonly isEnough?: () => boolean;
}

/**
 * The keys of the records, whether their entries are fresh or not. Some may come more than once.
 *
 * A cursor means nothing to a server that was started anew, and what moves to a master that was passed already is not seen: the walk is
 * made once more when either may have happened. While a slot is on the move its keys only ever go from its owner to the other, so its
 * partition is walked by itself, the owner first.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<Page> {
  const { calls, partitions, isEnough = () => false } = options;
  const chosen = options.chosen ?? partitions.all;
  let isOver = false;
  const isDone = (): boolean => (isOver ||= isEnough());
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const ground = await groundOf(calls, chosen);
    yield* passOver(ground, chosen, { ...options, isEnough: isDone });
    if (isOver || (await groundOf(calls, chosen)).stamp === ground.stamp) return;
  }
  throw new CacheError('UNAVAILABLE', 'redis: a walk over the keys came to no end: slots move all the time', {
    answered: true,
  });
}

/** The keys that match, in pages small enough for one step. */
export async function* walkMatching(
  pattern: Pattern,
  options: Omit<WalkOptions, 'prefix'>,
): AsyncGenerator<Page> {
  for await (const { partition, keys } of walk({ ...options, prefix: pattern.prefix })) {
    for (const page of pagesOf(keys.filter((key) => pattern.matches(key)))) yield { partition, keys: page };
  }
}

/** Cuts a list into pages of entries that one step may look at: the server does nothing else meanwhile. */
export function pagesOf(keys: readonly string[]): readonly (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  for (let first = 0; first < keys.length; first += PAGE) pages.push(keys.slice(first, first + PAGE));
  return pages;
}

async function* passOver(
  { masters, moving }: Ground,
  chosen: readonly Partition[],
  { calls, partitions, prefix = '', isEnough = () => false }: WalkOptions,
): AsyncGenerator<Page> {
  const still = chosen.filter((partition) => !moving.has(partition));
  const rounds = [...moving].map(([partition, nodes]) => ({ nodes, wanted: [partition] }));
  if (still.length > 0) rounds.unshift({ nodes: masters, wanted: still });
  for (const { nodes, wanted } of rounds) {
    const glob = globOf(wanted, partitions, prefix);
    for (const node of nodes) {
      let cursor = '0';
      do {
        if (isEnough()) return;
        const [next, names] = await calls.attempt('scan', 'none', () => scanned(node, cursor, glob));
        cursor = next;
        yield* sorted(names, partitions, new Set(wanted), prefix);
      } while (cursor !== '0');
    }
  }
}

/** The names of records, and perhaps others. */
function globOf(wanted: readonly Partition[], partitions: Partitions, prefix: string): string {
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1) return `${escapeGlob(only.entry(prefix))}*`;
  // The number of the partition, the end of its tag, and in longer keys than those wanted perhaps more.
  return `${escapeGlob(partitions.entries)}*}${escapeGlob(prefix)}*`;
}

function* sorted(
  names: readonly string[],
  partitions: Partitions,
  wanted: ReadonlySet<Partition>,
  prefix: string,
): Generator<Page> {
  const pages = new Map<Partition, string[]>();
  for (const name of names) {
    const place = partitions.placeOf(name);
    if (place === undefined || !wanted.has(place.partition) || !place.key.startsWith(prefix)) continue;
    const keys = pages.get(place.partition);
    if (keys === undefined) pages.set(place.partition, [place.key]);
    else keys.push(place.key);
  }
  for (const [partition, keys] of pages) yield { partition, keys };
}

async function scanned(
  node: Node,
  cursor: string,
  glob: string,
): Promise<readonly [cursor: string, names: readonly string[]]> {
  const reply = (await node.send('SCAN', [cursor, 'MATCH', glob, 'COUNT', SCANNED])) as readonly Reply[];
  const names = reply[1] as readonly Buffer[];
  return [(reply[0] as Buffer).toString('latin1'), names.map((name) => name.toString())];
}

/** The text as a pattern of the server that matches it alone. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
