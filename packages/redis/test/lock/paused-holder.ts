/** A process that holds a lock, and writes when it is told to: it does not look at its signal, as a process that was paused cannot. */
import { once } from 'node:events';
import { createLocks } from '../../src/lock/index.ts';

export type FromHolder =
  | { readonly type: 'inside' }
  | { readonly type: 'write'; readonly fence: string }
  | { readonly type: 'ended'; readonly outcome: string };

const [url, prefix] = process.argv.slice(2) as [string, string];
const tell = (message: FromHolder): void => void process.send?.(message);
const locks = createLocks({ url, prefix, lease: '300ms' });
let outcome = 'done';
try {
  await locks.withLock('report', async ({ fence }) => {
    const order = once(process, 'message');
    tell({ type: 'inside' });
    await order;
    tell({ type: 'write', fence: String(fence) });
  });
} catch (error) {
  outcome = (error as { readonly code?: string }).code ?? String(error);
}
await locks.close();
tell({ type: 'ended', outcome });
process.disconnect();
