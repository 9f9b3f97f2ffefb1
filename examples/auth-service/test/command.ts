/** The command as a user starts it. Tests run it with their own Node, as `npm start` does with the workspace's. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export function startCommand(...args: string[]): ChildProcess {
  return startCommandIn({}, ...args);
}

/** With these variables besides. */
export function startCommandIn(environment: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=@cache/source', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs it to its end. */
export async function runCommand(...args: string[]): Promise<Ended> {
  const child = startCommand(...args);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the command has no output to read');
  const [[code], output, errors] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(stdout),
    text(stderr),
  ]);
  return { code, output, errors };
}
