/** How a server stops: it listens no more, its connections end with their requests, and what is still busy after a while is cut. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2';
import type { ServerType } from '@hono/node-server';

/** Milliseconds that requests under way are given. */
const PATIENCE = 2_000;

interface Connections {
  /** Ends those that have nothing to do, now or when they come to that. */
  readonly release: () => void;
  /** Ends all, whatever they do. */
  readonly cut: () => void;
}

/** Call it before the server listens. */
export function stopperOf(server: ServerType): () => Promise<void> {
  const connections = 'closeIdleConnections' in server ? socketsOf(server) : sessionsOf(server);
  return async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    connections.release();
    const cutting = setTimeout(connections.cut, PATIENCE);
    await closed;
    clearTimeout(cutting);
  };
}

/** Of HTTP/1.1: kept alive, they would outlast their last request. */
function socketsOf(server: Server): Connections {
  let released = false;
  const end = (): void => {
    if (released) server.closeIdleConnections();
  };
  // A connection counts as idle only after its response has been closed.
  server.on('request', (_, response: ServerResponse) => response.once('close', () => setImmediate(end)));
  return {
    release: () => {
      released = true;
      end();
    },
    cut: () => server.closeAllConnections(),
  };
}

/** Of HTTP/2: they end when they are told, but not before their streams. */
function sessionsOf(server: Http2Server | Http2SecureServer): Connections {
  const sessions = new Set<ServerHttp2Session>();
  (server as Http2Server).on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    release: () => {
      for (const session of sessions) session.close();
    },
    cut: () => {
      for (const session of sessions) session.destroy();
    },
  };
}
