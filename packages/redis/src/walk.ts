/** A walk over the entries of a partition, on every master: a Cluster may be moving its slot. */
import { CacheError } from '@cache/core';
import type { Calls } from './calls.ts';
import { messageOf } from './failures.ts';
import type { Partition } from './partitions.ts';
import type { Node, Reply } from './port.ts';

/** How many keys of a server one step passes. */
const SCANNED = 1_000;
/** So often a walk begins anew: each time a slot must have moved, or a server been started, meanwhile. */
const MOST_PASSES = 64;

/**
 * The keys that begin with `prefix`, whether their entries are fresh or not. Some may come more than once. It ends early when `isEnough`,
 * which is asked before every step.
 *
 * A cursor means nothing to a server that was started anew, and what moves to a master that was passed already is not seen: the walk is
 * made once more when either may have happened. While a slot is on the move its keys only ever go from its owner to the other, so the owner
 * comes first.
 */
export async function* walk(
  calls: Calls,
  partition: Partition,
  prefix: string,
  isEnough: () => boolean = () => false,
): AsyncGenerator<readonly string[]> {
  const start = partition.entry('');
  const match = `${escapeGlob(start + prefix)}*`;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const ground = await groundOf(calls, partition);
    for (const node of ground.nodes) {
      let cursor = '0';
      do {
        if (isEnough()) return;
        const [next, names] = await calls.attempt('scan', 'none', () => scanned(node, cursor, match));
        cursor = next;
        if (names.length > 0) yield names.map((name) => name.slice(start.length));
      } while (cursor !== '0');
    }
    if ((await groundOf(calls, partition)).stamp === ground.stamp) return;
  }
  throw new CacheError('UNAVAILABLE', 'redis: a walk over the keys came to no end: slots move all the time');
}

/** What a walk goes over. */
interface Ground {
  /** Every master, the owner of the partition's slot first. */
  readonly nodes: readonly Node[];
  /** Another one when a server was started or the slot changed its owner, be it to come back. */
  readonly stamp: string;
}

async function groundOf(calls: Calls, partition: Partition): Promise<Ground> {
  const { client } = calls;
  const masters = client.masters();
  return calls.attempt('scan', 'none', async () => {
    const slot = client.isCluster ? await client.send('CLUSTER', ['KEYSLOT', partition.marks]) : undefined;
    const runs = await Promise.all(masters.map((node) => runOf(node)));
    if (slot === undefined) return { nodes: masters, stamp: runs.join() };
    const claims = await Promise.all(masters.map((node) => claimOf(node, Number(slot))));
    const owner = claims.findIndex((claim) => claim !== undefined);
    // For an instant nobody may claim a slot that changes hands.
    if (owner < 0) throw new Error('CLUSTERDOWN no master claims the slot');
    const nodes = [masters[owner] as Node, ...masters.filter((_, at) => at !== owner)];
    return { nodes, stamp: [...runs, ...claims].join() };
  });
}

/** Changes with every start of a server. Nothing for a user who may not ask. */
async function runOf(node: Node): Promise<string> {
  try {
    const info = (await node.send('INFO', ['server'])) as Buffer;
    return /run_id:(\w+)/.exec(info.toString('latin1'))?.[1] ?? '';
  } catch (error) {
    if (messageOf(error).startsWith('NOPERM')) return '';
    throw error;
  }
}

/** Changes with every slot that the master takes over; `undefined` when it does not own this one. */
async function claimOf(node: Node, slot: number): Promise<string | undefined> {
  const nodes = ((await node.send('CLUSTER', ['NODES'])) as Buffer).toString('latin1');
  const self = nodes.split('\n').find((line) => line.includes('myself'));
  const [id, , , , , , epoch, , ...slots] = self?.split(' ') ?? [];
  const isOwner = slots.some((range) => {
    const [first, last] = range.split('-').map(Number);
    return first !== undefined && first <= slot && slot <= (last ?? first);
  });
  return isOwner ? `${id} ${epoch}` : undefined;
}

async function scanned(
  node: Node,
  cursor: string,
  match: string,
): Promise<readonly [cursor: string, names: readonly string[]]> {
  const reply = (await node.send('SCAN', [cursor, 'MATCH', match, 'COUNT', SCANNED])) as readonly Reply[];
  const names = reply[1] as readonly Buffer[];
  return [(reply[0] as Buffer).toString('latin1'), names.map((name) => name.toString())];
}

/** The text as a pattern of the server that matches it alone. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
