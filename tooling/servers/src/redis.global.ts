/** One empty server for all test files of a vitest project, told to them by `inject('redis')`. */
import type { TestProject } from 'vitest/node';
import { engineAnswers, startContainer } from './container.ts';
import { startRedis } from './redis.ts';

export interface ProvidedRedis {
  /** `redis://…`, `rediss://…` or `unix:///…`. */
  readonly url: string;
  /** When the server is one of this machine. */
  readonly socketPath: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    redis: ProvidedRedis;
  }
}

/**
 * The server of `CACHE_TEST_REDIS_URL`; else a container, if an engine answers and `@testcontainers/redis` is installed
 * (`CACHE_TEST_CONTAINERS`: 1 to insist, 0 for never); else a server of this machine on a unix socket. Returns what ends it.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, socketPath, stop } = await obtain();
  project.provide('redis', { url, socketPath });
  return stop;
}

async function obtain(): Promise<ProvidedRedis & { readonly stop: () => Promise<void> }> {
  const { CACHE_TEST_REDIS_URL: given, CACHE_TEST_CONTAINERS: containers } = process.env;
  if (given !== undefined && given !== '') return { url: given, socketPath: undefined, stop: async () => {} };
  if (containers === '1' || (containers !== '0' && (await engineAnswers()))) {
    const container = await startContainer();
    if (container !== undefined)
      return { url: container.url, socketPath: undefined, stop: () => container.stop() };
    if (containers === '1')
      throw new TypeError('CACHE_TEST_CONTAINERS is 1: install @testcontainers/redis, or set it to 0');
  }
  const server = await startRedis({ unixSocket: true });
  return { url: server.url, socketPath: server.socketPath, stop: () => server.stop() };
}
