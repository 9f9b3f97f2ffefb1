/** Ports that no outgoing connection can take from a server between two of its lives. */
import { createServer } from 'node:net';

/** The kernel gives ports from 32768 on to outgoing connections. A node of a cluster also needs `port + 10000`, so both stay below. */
const LOWEST = 10_240;
const HIGHEST = 22_767;
const BUS = 10_000;

/**
 * Ports of 127.0.0.1 that are free now, each with its cluster bus port (10 000 higher). Another process may ask at the same time and get the
 * same: whoever is second to listen has to ask again.
 */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if ((await isFree(port)) && (await isFree(port + BUS))) ports.add(port);
  }
  return [...ports];
}

/** Has a server listen on a free port, and on another one when somebody else took that port meanwhile. */
export async function onFreePort<T>(listen: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const [port = 0] = await freePorts(1);
    try {
      return await listen(port);
    } catch (error) {
      if (attempt === 5 || !/Address already in use|EADDRINUSE/.test(String(error))) throw error;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') resolve(false);
    else reject(error);
  });
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
