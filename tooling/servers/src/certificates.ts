/** A certificate authority that nobody trusts, and what it signed for a server and for a client of 127.0.0.1. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { undoAtExit } from './leftovers.ts';

export interface Certificates extends Disposable {
  /** What a client gives to `tls.connect` or to the `tls` option of its library: the authority, and its own certificate. PEM. */
  readonly client: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The paths of the same, for the configuration of a server or for a command line. */
  readonly files: {
    readonly ca: string;
    readonly serverCert: string;
    readonly serverKey: string;
    readonly clientCert: string;
    readonly clientKey: string;
  };
  /** Removes the files. Any number of calls is one. */
  remove(): void;
}

/** Makes certificates for two days with the `openssl` program, 3.0 or later, which has to be there. The caller removes them. */
export async function makeCertificates(): Promise<Certificates> {
  const dir = mkdtempSync(join(tmpdir(), 'cache-certificates-'));
  const removeFiles = (): void => rmSync(dir, { recursive: true, force: true });
  const forget = undoAtExit(removeFiles);
  const remove = (): void => {
    removeFiles();
    forget();
  };
  try {
    const ca = await sign(dir, 'ca', ['-addext', 'keyUsage=critical,keyCertSign']);
    const signed = ['-CA', ca.cert, '-CAkey', ca.key, '-addext', 'basicConstraints=critical,CA:FALSE'];
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const [server, client] = await Promise.all([
      sign(dir, 'server', [...signed, ...names]),
      sign(dir, 'client', signed),
    ]);
    return {
      client: { ca: text(ca.cert), cert: text(client.cert), key: text(client.key) },
      files: {
        ca: ca.cert,
        serverCert: server.cert,
        serverKey: server.key,
        clientCert: client.cert,
        clientKey: client.key,
      },
      remove,
      [Symbol.dispose]: remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function sign(
  dir: string,
  name: string,
  args: readonly string[],
): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  const fresh = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-noenc',
    '-days',
    '2',
  ];
  await promisify(execFile)('openssl', [
    'req',
    ...fresh,
    '-subj',
    `/CN=cache test ${name}`,
    '-keyout',
    key,
    '-out',
    cert,
    ...args,
  ]);
  return { cert, key };
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}
