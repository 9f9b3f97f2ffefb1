/** The running service: database, caches and HTTP server, started and stopped together. */
import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createManager } from '@cache/core';
import { createAdaptorServer } from '@hono/node-server';
import { makeSeed } from './database/seed.ts';
import { SqliteDatabase } from './database/sqlite.ts';
import { createApp } from './http/app.ts';
import { stopperOf } from './http/stopping.ts';
import { Probe } from './probe.ts';
import { makeProvider, type ProviderName } from './provider.ts';

export interface ServiceOptions {
  readonly provider: ProviderName;
  /** 0: any free one. */
  readonly port: number;
  /** Milliseconds that a query takes, on average. */
  readonly latency: number;
  /** Speaks HTTP/2 without TLS, as behind a proxy, in place of HTTP/1.1. */
  readonly http2: boolean;
  /** Adds `/probe`. */
  readonly probe: boolean;
}

export interface Service {
  readonly url: string;
  /** Lets the requests under way finish, for a while, and stops. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Rejects when the port cannot be had, and leaves nothing running then. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const sqlite = new SqliteDatabase({ seed: await makeSeed(), latency: options.latency });
  const manager = createManager({ providers: [makeProvider(options.provider)], default: options.provider });
  const probe = options.probe ? new Probe(sqlite) : undefined;
  const { fetch } = createApp(manager, probe ?? sqlite, probe);
  const server = createAdaptorServer(options.http2 ? { fetch, createServer: createHttp2Server } : { fetch });
  const stopServer = stopperOf(server);

  const close = async (): Promise<void> => {
    await stopServer();
    await manager.close();
    await sqlite.close();
  };
  try {
    server.listen(options.port, HOST);
    await once(server, 'listening');
    await sqlite.ping();
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, close };
}
