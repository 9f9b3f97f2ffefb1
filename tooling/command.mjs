// Runs the tools of the workspace.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './workspace.mjs';

const bins = [join(root, 'node_modules', '.bin'), join(root, 'tooling', 'node_modules', '.bin')].join(
  delimiter,
);

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} output what it printed on both streams, in the order it came; empty when `inherit` was set
 */

/**
 * Runs one command to its end. Its tools, and the Node of its scripts, are the pinned ones, whoever calls.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, inherit?: boolean, timeout?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(name, args, { cwd = root, env = {}, inherit = false, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd,
      env: {
        ...process.env,
        TURBO_TELEMETRY_DISABLED: '1',
        ...env,
        PATH: `${bins}${delimiter}${process.env.PATH}`,
      },
      stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
      shell: process.platform === 'win32',
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${output}${name}: ${error.message}\n` }));
    child.on('close', (code, signal) => {
      if (signal !== null) output += `${name} was ended by ${signal}\n`;
      resolve({ ok: code === 0, output });
    });
  });
}

/**
 * Runs a task for every item, two at a time: the tools are single-threaded and slow to start.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<R>} task
 * @returns {Promise<R[]>} in the order of the items
 */
export async function runForEach(items, task) {
  /** @type {R[]} */
  const results = [];
  const pending = items.entries();
  const work = async () => {
    for (const [at, item] of pending) results[at] = await task(item);
  };
  await Promise.all([work(), work()]);
  return results;
}
