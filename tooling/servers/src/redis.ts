/** One server of Redis or Valkey, empty and without persistence. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allBinaries, redisBinaries } from './binaries.ts';
import type { Certificates } from './certificates.ts';
import { onFreePort } from './ports.ts';
import { RedisServer } from './server.ts';

export interface RedisOptions {
  /** Default `redis`. */
  readonly binary?: 'redis' | 'valkey';
  /** Default: a free one, or none (0) when there is a unix socket. */
  readonly port?: number;
  /** Default `false`. Listens on a socket in its folder. */
  readonly unixSocket?: boolean;
  /** Its folder, which `stop` removes. Created if absent. Default: a new one. */
  readonly dir?: string;
  /** Of the default user, and of the commands of the handle. */
  readonly password?: string;
  /** The lines of the ACL file: `user app on >secret ~app:* +@all`. Not together with `password`. */
  readonly acl?: readonly string[];
  /** The port takes TLS alone. */
  readonly tls?: ServerTls;
  /** More of the command line, after everything else: `['--maxmemory', '1mb']`. */
  readonly args?: readonly string[];
}

export interface ServerTls {
  readonly certificates: Certificates;
  /** Whether clients have to show a certificate of their own. Default `false`. */
  readonly clientCertificates?: boolean;
}

/** Starts a server on 127.0.0.1. Resolves when it answers; rejects with its log when it cannot start. The caller stops it. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  if (options.password !== undefined && options.acl !== undefined)
    throw new TypeError('password and acl are both given: write the password into the acl');
  if (options.port === 0 && options.unixSocket !== true)
    throw new TypeError('port 0 leaves no way in: set unixSocket, or leave the port out for a free one');
  const program = await serverProgram(options.binary ?? 'redis');
  const port = options.port ?? (options.unixSocket === true ? 0 : undefined);
  if (port !== undefined) return launch(program, port, options);
  return onFreePort((free) => launch(program, free, options));
}

/** The server program of one of the two. */
export async function serverProgram(binary: 'redis' | 'valkey'): Promise<string> {
  return binary === 'redis' ? (await redisBinaries()).redisServer : (await allBinaries()).valkeyServer;
}

async function launch(program: string, port: number, options: RedisOptions): Promise<RedisServer> {
  const { unixSocket = false, password, acl, tls, args = [] } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'cache-redis-'));
  mkdirSync(dir, { recursive: true });
  const socketPath = unixSocket ? join(dir, 'redis.sock') : undefined;
  const aclFile = join(dir, 'users.acl');
  if (acl !== undefined) writeFileSync(aclFile, `${acl.join('\n')}\n`);
  return RedisServer.start({
    program,
    dir,
    password,
    address: { port, socketPath, tls: tls?.certificates.client },
    args: [
      ...commandLine({
        bind: '127.0.0.1',
        dir,
        save: '',
        appendonly: 'no',
        daemonize: 'no',
        port: tls === undefined ? String(port) : '0',
        unixsocket: socketPath,
        requirepass: password,
        masterauth: password,
        aclfile: acl === undefined ? undefined : aclFile,
        ...(tls === undefined ? {} : tlsSettings(port, tls)),
      }),
      ...args,
    ],
  });
}

function tlsSettings(port: number, { certificates, clientCertificates = false }: ServerTls): Settings {
  const { files } = certificates;
  return {
    'tls-port': String(port),
    'tls-ca-cert-file': files.ca,
    'tls-cert-file': files.serverCert,
    'tls-key-file': files.serverKey,
    'tls-auth-clients': clientCertificates ? 'yes' : 'no',
  };
}

type Settings = Readonly<Record<string, string | undefined>>;

/** Directives of the configuration as arguments; those without a value are left out. */
export function commandLine(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}
