/** Beginning and end of each of these programs. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** Listens on `PORT`, or any free one, says where, and ends with the first signal. */
export async function listening(server: Server): Promise<string> {
  server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
  await once(server, 'listening');
  process.once('SIGTERM', () => server.close()).once('SIGINT', () => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`listening on ${url}\n`);
  return url;
}

/** A server that answers to what its listener fails with by 500. */
export function serverOf(answer: (...given: Parameters<RequestListener>) => Promise<unknown>): Server {
  return createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

/** What a request brings; `undefined`: no JSON. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    return await json(request);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
