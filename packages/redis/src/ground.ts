/** What a walk goes over: the masters, and the slots that are on the move between them. */
import type { Calls } from './calls.ts';
import { messageOf } from './failures.ts';
import type { Partition } from './partitions.ts';
import type { Client, Node } from './port.ts';

export interface Ground {
  readonly masters: readonly Node[];
  /** The partitions whose slot is on the move, or claimed by several, and their masters: the owner first. */
  readonly moving: ReadonlyMap<Partition, readonly Node[]>;
  /** Another one when a server was started, or a slot began to move or changed its owner, be it to come back. */
  readonly stamp: string;
}

/** Looks at the ground. Slots that change hands in this instant are waited for, until the deadline. */
export function groundOf(calls: Calls, partitions: readonly Partition[]): Promise<Ground> {
  const { client } = calls;
  return calls.attempt('scan', 'none', async () => {
    // Anew for each attempt: after a failover those who were asked before may be gone.
    const masters = client.masters();
    const [runs, slots] = await Promise.all([
      Promise.all(masters.map((node) => runOf(node))),
      client.isCluster ? slotsOf(client, partitions) : undefined,
    ]);
    if (slots === undefined) return { masters, moving: new Map(), stamp: runs.join() };
    const claims = await Promise.all(masters.map((node) => claimsOf(node)));
    return clusterGround(
      masters,
      claims,
      new Map(partitions.map((one, at) => [one, slots[at] as number])),
      runs,
    );
  });
}

function slotsOf(client: Client, partitions: readonly Partition[]): Promise<readonly number[]> {
  return Promise.all(
    partitions.map(async ({ marks }) => Number(await client.send('CLUSTER', ['KEYSLOT', marks]))),
  );
}

function clusterGround(
  masters: readonly Node[],
  claims: readonly Claims[],
  slots: ReadonlyMap<Partition, number>,
  runs: readonly string[],
): Ground {
  const moving = new Map<Partition, readonly Node[]>();
  const stamps: string[] = [...runs];
  for (const [partition, slot] of slots) {
    const owners = claims
      .map((claim, at) => ({ claim, at }))
      .filter(({ claim }) => claim.owns(slot))
      .toSorted((one, other) => other.claim.epoch - one.claim.epoch);
    const [owner] = owners;
    // For an instant nobody may claim a slot that changes hands.
    if (owner === undefined) throw new Error('CLUSTERDOWN no master claims the slot');
    const isOpen = owners.length > 1 || claims.some((claim) => claim.moves(slot));
    stamps.push(`${owners.map(({ claim }) => `${claim.id} ${claim.epoch}`).join()}${isOpen ? '!' : ''}`);
    if (isOpen)
      moving.set(partition, [masters[owner.at] as Node, ...masters.filter((_, at) => at !== owner.at)]);
  }
  return { masters, moving, stamp: stamps.join() };
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

/** What a master says of its slots. */
interface Claims {
  readonly id: string;
  /** Rises with every slot that it takes over. */
  readonly epoch: number;
  owns(slot: number): boolean;
  /** Whether it gives the slot away, or receives it. */
  moves(slot: number): boolean;
}

async function claimsOf(node: Node): Promise<Claims> {
  const nodes = ((await node.send('CLUSTER', ['NODES'])) as Buffer).toString('latin1');
  const self = nodes.split('\n').find((line) => line.includes('myself'));
  const [id = '', , , , , , epoch, , ...slots] = self?.split(' ') ?? [];
  const ranges = slots
    .filter((text) => !text.startsWith('['))
    .map((range) => range.split('-').map(Number) as [number, number?]);
  return {
    id,
    epoch: Number(epoch),
    owns: (slot) => ranges.some(([first, last = first]) => first <= slot && slot <= last),
    moves: (slot) => slots.some((text) => text.startsWith(`[${slot}-`)),
  };
}
