/** Slots on the move from one master to another, key by key, while clients work. */
import { type NodeView, readView } from './cluster-view.ts';
import type { RedisCluster } from './cluster.ts';
import { until } from './poll.ts';
import type { RedisServer } from './server.ts';

/**
 * A slot between two masters. Meanwhile the source answers ASK for a key that is gone, and TRYAGAIN for several keys of which only some are;
 * the destination serves what it has to those that say ASKING.
 */
export interface SlotMove {
  readonly slot: number;
  readonly from: RedisServer;
  readonly to: RedisServer;
  /** Moves up to so many keys, one after the other, and returns how many there were. Default: all. */
  moveKeys(count?: number): Promise<number>;
  /** Moves this key. */
  moveKey(key: string): Promise<void>;
  /** Moves what is left, and makes the destination the owner: from now on the source answers MOVED. */
  finish(): Promise<void>;
}

export interface MoveOptions {
  /** Default: the next master. */
  readonly to?: RedisServer;
  /** Awaited before each key: a gate for a test that wants to look at the cluster between two of them. */
  readonly beforeKey?: (move: SlotMove) => void | Promise<void>;
}

/** Moves slots one after the other, and resolves when all masters agree on the new owners. */
export async function moveSlots(
  cluster: RedisCluster,
  slots: Iterable<number>,
  options: MoveOptions = {},
): Promise<void> {
  for (const slot of slots) {
    const move = await openMove(cluster, slot, options);
    await move.finish();
  }
}

/** Opens the move of one slot and leaves the keys where they are. */
export async function openMove(
  cluster: RedisCluster,
  slot: number,
  { to: wanted, beforeKey }: MoveOptions = {},
): Promise<SlotMove> {
  await agreed(cluster);
  const from = await cluster.master(slot);
  const masters = (await cluster.masters()).map(({ node }) => node);
  const to = wanted ?? masters[(masters.indexOf(from) + 1) % masters.length];
  if (to === undefined || to === from) throw new TypeError(`slot ${slot} has no other master to move to`);
  const [fromId, toId] = (
    await Promise.all([from.command('CLUSTER', 'MYID'), to.command('CLUSTER', 'MYID')])
  ).map(String);
  // The destination first: a client that the source sends there must be let in.
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId ?? '');
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId ?? '');

  const auth = cluster.password === undefined ? [] : ['AUTH', cluster.password];
  const migrate = (key: string): readonly (string | number)[] => [
    'MIGRATE',
    '127.0.0.1',
    to.port,
    key,
    0,
    5_000,
    ...auth,
  ];
  const move: SlotMove = {
    slot,
    from,
    to,
    async moveKey(key) {
      using source = await from.connect({ encoding: 'latin1' });
      await source.send(...migrate(key));
    },
    async moveKeys(count = Infinity) {
      using source = await from.connect({ encoding: 'latin1' });
      for (let moved = 0; moved < count; moved++) {
        const keys = await source.send('CLUSTER', 'GETKEYSINSLOT', slot, 1);
        const key = Array.isArray(keys) ? keys[0] : undefined;
        if (key === undefined) return moved;
        await beforeKey?.(move);
        await source.send(...migrate(String(key)));
      }
      return count;
    },
    async finish() {
      await move.moveKeys();
      // The destination before the source: else the source would send clients to one that does not own the slot yet.
      const others = masters.filter((node) => node !== to && node !== from);
      for (const node of [to, from, ...others])
        await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId ?? '');
      await agreed(cluster);
    },
  };
  return move;
}

/**
 * Resolves when all masters know of each other what each says of itself: its slots, and the epoch by which the later of two claims wins. The
 * destination of a move claims the slot under an epoch above those that it knows of. One that did not know the epoch of the source would
 * lose the slot to a late message of the source, which does not want it any more, and nobody would own it.
 */
async function agreed(cluster: RedisCluster): Promise<void> {
  await until('all masters agree on epochs and owners', async () => {
    const masters = await cluster.masters();
    const claims = new Map(masters.map(({ view }) => [view.id, claimOf(view)]));
    const views = await Promise.all(
      masters.map(async ({ node }) => readView(await node.command('CLUSTER', 'NODES'))),
    );
    return views.every((view) =>
      [...claims].every(([id, claim]) => {
        const seen = view.find((node) => node.id === id);
        return seen !== undefined && claimOf(seen) === claim;
      }),
    );
  });
}

function claimOf({ epoch, slots }: NodeView): string {
  return `${epoch} ${slots.map((range) => range.join('-')).join(' ')}`;
}
