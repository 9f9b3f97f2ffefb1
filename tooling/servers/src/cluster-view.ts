/** What one node believes about its cluster: the answer to CLUSTER NODES. */
import type { Reply } from './replies.ts';

export interface NodeView {
  readonly id: string;
  readonly port: number;
  /** Whether this is the node that was asked. */
  readonly self: boolean;
  readonly role: 'master' | 'replica';
  /** Suspected or known to be down, or not known well enough yet. */
  readonly doubtful: boolean;
  /** Which claim to a slot is the later one. */
  readonly epoch: number;
  readonly connected: boolean;
  /** First and last slot of each range, both inclusive; without the slots that are on the move to it. */
  readonly slots: readonly (readonly [number, number])[];
}

export function readView(reply: Reply): readonly NodeView[] {
  return String(reply)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', , , , epoch = '0', link = '', ...slots] = line.split(' ');
      const flagged = flags.split(',');
      return {
        id,
        port: Number(/:(\d+)/.exec(address)?.[1]),
        self: flagged.includes('myself'),
        role: flagged.includes('master') ? 'master' : 'replica',
        doubtful: flagged.some((flag) => ['fail', 'fail?', 'handshake', 'noaddr'].includes(flag)),
        epoch: Number(epoch),
        connected: link === 'connected',
        slots: slots.filter((slot) => !slot.startsWith('[')).map(readRange),
      };
    });
}

export function serves({ role, slots }: NodeView, slot: number): boolean {
  return role === 'master' && slots.some(([first, last]) => first <= slot && slot <= last);
}

function readRange(text: string): readonly [number, number] {
  const [first = 0, last = first] = text.split('-').map(Number);
  return [first, last];
}
