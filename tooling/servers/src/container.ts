/** A Redis in a container, for machines with an engine. */
import { connect } from 'node:net';

const ENGINE = '/var/run/docker.sock';
const IMAGE = 'redis:7.2-alpine';

/** The part of `@testcontainers/redis` that is used. The package is only loaded when a container is wanted. */
interface ContainerModule {
  readonly RedisContainer: new (image: string) => { start(): Promise<StartedContainer> };
}

interface StartedContainer {
  getConnectionUrl(): string;
  stop(): Promise<unknown>;
}

export interface RedisContainer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether containers can be started here: an engine is named by `DOCKER_HOST`, or listens where one would. */
export function engineAnswers(): Promise<boolean> {
  if (process.env['DOCKER_HOST'] !== undefined) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(ENGINE);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** Resolves with `undefined` when `@testcontainers/redis` is not installed; rejects when the engine fails. */
export async function startContainer(): Promise<RedisContainer | undefined> {
  const module = await loadModule();
  if (module === undefined) return undefined;
  const container = await new module.RedisContainer(IMAGE).start();
  return {
    url: container.getConnectionUrl(),
    stop: async () => {
      await container.stop();
    },
  };
}

async function loadModule(): Promise<ContainerModule | undefined> {
  const name = '@testcontainers/redis'; // not a dependency of everybody: whoever wants containers adds it
  try {
    return (await import(name)) as ContainerModule;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
