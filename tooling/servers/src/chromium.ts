/** A Chromium without windows, for tests of pages. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SCRIPT = join(import.meta.dirname, '..', '..', 'ensure-chromium.sh');

/** Quiet: it opens no sandbox of its own, asks no other machine for anything, and keeps nothing. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type FoundChromium =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

/**
 * The Chromium of this machine, or else one that is fetched and unpacked inside the repository. Says why not, where there is none to be had
 * within `patience` milliseconds.
 */
export async function findChromium(patience: number): Promise<FoundChromium> {
  // A group of its own: what it starts in turn ends with it.
  const child = spawn('sh', [SCRIPT], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  }, patience);
  try {
    const [output, complaints, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (code === 0) return { path: output.trim() };
    if (isLate) return { missing: `no Chromium within ${patience} ms` };
    return { missing: complaints.trim().split('\n').at(-1) || 'no Chromium' };
  } finally {
    clearTimeout(timer);
  }
}
