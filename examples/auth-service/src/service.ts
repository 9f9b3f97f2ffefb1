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
import { makeProvider, type Place } from './provider.ts';
import { serverFor } from './server.ts';

export interface ServiceOptions extends Place {
  /** 0: any free one. */
  readonly port: number;
  /** The file of the database, which several processes may share. Left out: in memory, and nobody else's. */
  readonly database?: string | undefined;
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
  const { database: file, latency, patience } = options;
  const ends: (() => Promise<void>)[] = [];
  const close = (): Promise<void> => endAll(ends);
  try {
    const { place, stop } = await serverFor(options);
    ends.push(stop);
    const sqlite = new SqliteDatabase({ seed: await makeSeed(), file, latency });
    ends.push(() => sqlite.close());
    const identity = await sqlite.identity();
    const manager = createManager({
      providers: [makeProvider(place)],
      default: place.provider,
      ...(patience !== undefined && { defaults: { deadline: patience, lease: patience } }),
      // What is cached was read from this database, and is nothing to a service on another one.
      namespace: identity,
    });
    ends.push(() => manager.close());
    const probe = options.probe ? new Probe(sqlite) : undefined;
    const { fetch } = createApp(manager, probe ?? sqlite, probe, identity);
    const server = createAdaptorServer(
      options.http2 ? { fetch, createServer: createHttp2Server } : { fetch },
    );
    ends.push(stopperOf(server));
    server.listen(options.port, HOST);
    await once(server, 'listening');
    return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The last that began ends first. One that cannot end keeps none of the others. */
async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends.toReversed()) await end().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'the service did not stop cleanly');
}
