/** The service in a process of its own, as the tour starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Milliseconds the process is given to end by itself. */
const PATIENCE = 10_000;

type Ending = readonly [code: number | null, signal: string | null];

export interface ServiceProcess {
  readonly url: string;
  /** Asks it to stop, and gives what is wrong with how it ended: `undefined` for a clean end. */
  stop(): Promise<string | undefined>;
}

/** `args`: of the command line, besides those that the tour cannot do without. */
export async function startServiceProcess(args: readonly string[]): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, '--http2', '--probe', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended: Promise<Ending> = once(child, 'exit').then(([code, signal]) => [
    code as number | null,
    signal as string | null,
  ]);
  return { url: await addressOf(child, ended), stop: () => stop(child, ended) };
}

async function addressOf(child: ChildProcess, ended: Promise<unknown>): Promise<string> {
  const told = once(child, 'message').then(([message]) => (message as { url: string }).url);
  const failed = ended.then(() => {
    throw new Error('the service did not start');
  });
  return Promise.race([told, failed]);
}

async function stop(child: ChildProcess, ended: Promise<Ending>): Promise<string | undefined> {
  const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.kill('SIGTERM');
  const [code, signal] = await ended;
  clearTimeout(kill);
  return code === 0 ? undefined : `the service did not end cleanly (${signal ?? `exit code ${code}`})`;
}
