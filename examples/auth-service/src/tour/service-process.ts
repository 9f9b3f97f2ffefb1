/** The service in a process of its own, as the tour starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProviderName } from '../provider.ts';

/** Milliseconds the process is given to end by itself. */
const PATIENCE = 10_000;

export interface ServiceProcess {
  readonly url: string;
  /** Asks it to stop. True: it ended by itself, and without an error. */
  stop(): Promise<boolean>;
}

export async function startServiceProcess(provider: ProviderName, latency: number): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const flags = ['--http2', '--probe', '--provider', provider, '--latency', String(latency)];
  const child = spawn(process.execPath, [...process.execArgv, main, ...flags], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  return { url: await addressOf(child, ended), stop: () => stop(child, ended) };
}

async function addressOf(child: ChildProcess, ended: Promise<unknown>): Promise<string> {
  const told = once(child, 'message').then(([message]) => (message as { url: string }).url);
  const failed = ended.then(() => {
    throw new Error('the service did not start');
  });
  return Promise.race([told, failed]);
}

async function stop(child: ChildProcess, ended: Promise<[number | null]>): Promise<boolean> {
  const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.kill('SIGTERM');
  const [code] = await ended;
  clearTimeout(kill);
  return code === 0;
}
