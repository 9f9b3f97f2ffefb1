import { execFile } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { startRedis } from '@cache/test-servers/redis';
import { onFreePort } from '@cache/test-servers/ports';
import { afterAll, expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'exit-child.ts');
/** A program that has not ended by then never does. */
const HANGS_MS = 20_000;

const sockets = new Set<Socket>();
/** Takes connections and never says a word, nor ends them when its client does. */
const silent = createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
});
const port = await onFreePort(
  (free) =>
    new Promise<number>((resolve, reject) => {
      silent.once('error', reject).listen(free, '127.0.0.1', () => resolve(free));
    }),
);
const server = await startRedis();
const refused = await startRedis();
await refused.kill();
afterAll(async () => {
  end(silent);
  await Promise.all([server.stop(), refused.stop()]);
});

test.concurrent.each([
  ['a server', 'server', server.port],
  ['a server that refuses', 'server', refused.port],
  ['a server that is silent', 'server', port],
  ['Sentinels that refuse', 'sentinels', refused.port],
  ['Sentinels that are silent', 'sentinels', port],
  ['a Cluster that refuses', 'cluster', refused.port],
  ['a Cluster that is silent', 'cluster', port],
])(
  'a program with %s has the value of its loader, and ends by itself',
  { timeout: 2 * HANGS_MS },
  async (_, kind, at) => {
    expect(await run(kind, at)).toEqual({ code: 0, said: 'loaded', complaints: '' });
  },
);

function run(
  kind: string,
  at: number,
): Promise<{ readonly code: unknown; readonly said: string; readonly complaints: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=@cache/source', PROGRAM, kind, String(at)],
      { timeout: HANGS_MS, killSignal: 'SIGKILL' },
      (error, said, complaints) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal), said, complaints });
      },
    );
  });
}

function end(listener: Server): void {
  for (const socket of sockets) socket.destroy();
  listener.close();
}
