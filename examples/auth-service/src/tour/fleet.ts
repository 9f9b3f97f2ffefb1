/** All processes of the service, and what they share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isShared, type Place } from '../provider.ts';
import { serverFor } from '../server.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';

/**
 * Milliseconds. The tour puts as many requests into a process at once as it can, on a machine that runs everything else beside it: who
 * waits for his turn there is no sign of trouble.
 */
const PATIENCE = 20_000;

export interface Fleet {
  readonly processes: readonly [ServiceProcess, ...ServiceProcess[]];
  /** Ends all, and gives what was wrong with how they ended. */
  stop(): Promise<string[]>;
}

/** One process where only one can have the entries, and otherwise two, on one database. Rejects when one cannot start; none runs then. */
export async function startFleet(given: Place & { readonly latency: number }): Promise<Fleet> {
  const { place, stop: stopServer } = await serverFor(given);
  const { provider, redisUrl } = place;
  const args = ['--provider', provider, '--latency', String(given.latency), '--patience', String(PATIENCE)];
  const folder = isShared(provider) ? await mkdtemp(join(tmpdir(), 'auth-service-')) : undefined;
  if (folder !== undefined) args.push('--database', join(folder, 'database.sqlite'));
  if (redisUrl !== undefined) args.push('--redis-url', redisUrl);

  const started: ServiceProcess[] = [];
  const stop = async (): Promise<string[]> => {
    const endings = await Promise.all(started.map((process) => process.stop()));
    await stopServer();
    if (folder !== undefined) await rm(folder, { recursive: true });
    return endings.filter((what) => what !== undefined);
  };
  try {
    const first = await startServiceProcess(args);
    started.push(first);
    if (folder !== undefined) started.push(await startServiceProcess(args));
    return { processes: [first, ...started.slice(1)], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
