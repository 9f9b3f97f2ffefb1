/** What goes wrong while rounds play. */
import { setTimeout as wait } from 'node:timers/promises';
import { moveSlots } from '@cache/test-servers/resharding';
import { slotOf } from '@cache/test-servers/slot';
import { until } from '@cache/test-servers/poll';
import type { FaultProxy } from '@cache/test-servers/fault-proxy';
import type { RedisCluster } from '@cache/test-servers/cluster';
import type { RedisServer } from '@cache/test-servers/server';

/** Faults under way. */
export interface Nemesis {
  /** Ends them, and tells how many there were. Rejects when they could not be brought about. Any number of calls is one. */
  stop(): Promise<number>;
}

/** What a client sends of itself when it connects; nothing is proved by its loss. */
const GREETINGS: ReadonlySet<string> = new Set(['HELLO', 'INFO', 'CLIENT', 'AUTH', 'SELECT', 'PING']);

export function noFaults(): Nemesis {
  return { stop: () => Promise.resolve(0) };
}

/** Several kinds at once. */
export function together(all: readonly Nemesis[]): Nemesis {
  return once(async () => {
    const counts = await Promise.all(all.map((nemesis) => nemesis.stop()));
    return counts.reduce((sum, count) => sum + count, 0);
  });
}

/** Of all that is sent, this share is lost, or its reply is, and the connection with it. */
export function losing(
  what: 'requests' | 'replies',
  proxies: readonly FaultProxy[],
  share: number,
  random: () => number,
): Nemesis {
  let lost = 0;
  const isLost = ({ command }: { readonly command: string }): boolean => {
    const isOne = !GREETINGS.has(command) && random() < share;
    if (isOne) lost += 1;
    return isOne;
  };
  const losses = proxies.map((proxy) =>
    what === 'replies'
      ? proxy.loseReplies(Number.MAX_SAFE_INTEGER, isLost)
      : proxy.loseRequests(Number.MAX_SAFE_INTEGER, isLost),
  );
  return once(async () => {
    for (const loss of losses) loss.cancel();
    return lost;
  });
}

/** How long each way of a stream takes, in turn; and up to so much more for each piece. */
const DELAYS_MS = [0, 1, 4, 12];

/** Each way of each process becomes slower and faster, apart from the others. Bytes keep their order. */
export function delaying(proxies: readonly FaultProxy[], random: () => number): Nemesis {
  const some = (): number => DELAYS_MS[Math.floor(random() * DELAYS_MS.length)] as number;
  const nemesis = again(30, () => {
    for (const proxy of proxies) proxy.delay({ requests: some(), replies: some(), jitter: some() });
    return Promise.resolve();
  });
  return once(async () => {
    const times = await nemesis.stop();
    for (const proxy of proxies) proxy.delay(undefined);
    return times;
  });
}

/** Every connection ends that sends commands, again and again; now and then those for messages, too. */
export async function killing(server: RedisServer, everyMs: number): Promise<Nemesis> {
  const admin = await server.connect();
  let times = 0;
  const nemesis = again(everyMs, async () => {
    times += 1;
    await admin.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    if (times % 5 === 0) await admin.send('CLIENT', 'KILL', 'TYPE', 'pubsub');
  });
  return once(async () => {
    const count = await nemesis.stop();
    admin.close();
    return count;
  });
}

/** The server ends, in turn without warning and when it is asked to, and starts again with what it had. */
export function restarting(server: RedisServer, everyMs: number): Nemesis {
  let times = 0;
  return again(everyMs, async () => {
    times += 1;
    if (times % 2 === 1) await server.kill();
    await server.restart();
    await until('the server has read its file', async () => (await server.command('PING')) === 'PONG');
  });
}

/** Slots in which rounds play move from master to master, key by key, while they play. */
export function resharding(
  cluster: RedisCluster,
  slots: () => readonly number[],
  random: () => number,
): Nemesis {
  return again(0, async () => {
    const all = slots();
    if (all.length === 0) return wait(1);
    const slot = all[Math.floor(random() * all.length)] as number;
    await moveSlots(cluster, [slot], { beforeKey: () => wait(random() * 4) });
    await until('all masters know of the last move', () => agree(cluster));
  });
}

/**
 * Whether all masters are of one epoch. A claim of an earlier owner that is still under way would win over that of a new one who took the
 * slot without knowing how late it is, and then nobody serves it.
 */
async function agree(cluster: RedisCluster): Promise<boolean> {
  const epochs = await Promise.all(
    cluster.nodes.map(
      async (node) => /cluster_current_epoch:(\d+)/.exec(String(await node.command('CLUSTER', 'INFO')))?.[1],
    ),
  );
  return new Set(epochs).size === 1;
}

/** The slots of a space that is cut into so many partitions. */
export function slotsOf(space: string, partitions: number): readonly number[] {
  return Array.from({ length: partitions }, (_, partition) => slotOf(`{${space}${partition}}`));
}

/** `work`, then a pause, until it is stopped. */
function again(pauseMs: number, work: () => Promise<unknown>): Nemesis {
  const stopping = new AbortController();
  let times = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await work();
      times += 1;
    }
  };
  const running = run();
  // Told by `stop`.
  running.catch(() => undefined);
  return once(async () => {
    stopping.abort();
    await running;
    return times;
  });
}

function once(end: () => Promise<number>): Nemesis {
  let ending: Promise<number> | undefined;
  return { stop: () => (ending ??= end()) };
}
