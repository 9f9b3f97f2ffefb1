/** Where the server programs are. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, '..', '..', 'ensure-redis.sh');

/** Absolute paths of programs that can be started as they are, with no environment of their own. */
export interface Binaries {
  readonly redisServer: string;
  readonly redisCli: string;
}

/** The programs of Valkey beside those of Redis. */
export interface AllBinaries extends Binaries {
  readonly valkeyServer: string;
  readonly valkeyCli: string;
}

/** Prometheus, and what checks its files. */
export interface PrometheusBinaries {
  readonly prometheus: string;
  readonly promtool: string;
}

let redis: Promise<Binaries> | undefined;
let all: Promise<AllBinaries> | undefined;

/**
 * The Redis of this machine, or else one that is fetched and unpacked inside the repository: once, however many processes ask at the same
 * time. Rejects with what the package manager said when there is none to be had.
 */
export function redisBinaries(): Promise<Binaries> {
  return (redis ??= folder().then((dir) => ({
    redisServer: join(dir, 'redis-server'),
    redisCli: join(dir, 'redis-cli'),
  })));
}

/** Redis and Valkey. Where Valkey can be fetched, both come from the same place, also on a machine that has a Redis of its own. */
export function allBinaries(): Promise<AllBinaries> {
  return (all ??= folder('--all').then((dir) => {
    const found: AllBinaries = {
      redisServer: join(dir, 'redis-server'),
      redisCli: join(dir, 'redis-cli'),
      valkeyServer: join(dir, 'valkey-server'),
      valkeyCli: join(dir, 'valkey-cli'),
    };
    if (!existsSync(found.valkeyServer)) throw new Error(`no valkey-server in ${dir}`);
    return found;
  }));
}

/** Prometheus of the same place as Valkey: nothing further is fetched for it. */
export async function prometheusBinaries(): Promise<PrometheusBinaries> {
  const dir = await folder('--all');
  return { prometheus: join(dir, 'prometheus'), promtool: join(dir, 'promtool') };
}

async function folder(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', [SCRIPT, ...args], { timeout: 300_000 });
  return stdout.trim();
}
