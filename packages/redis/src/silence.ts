/** A server that owes a reply and says nothing: its connection is given up. */
import type { Redis } from 'ioredis';
import type { Terms } from './once.ts';

/** So many looks make a deadline. */
const LOOKS = 4;

/**
 * Has `client` give up each of its connections on which it waits for a reply and hears nothing for `deadline`, by a quarter of it at most. What
 * counts is time in which the program was there to hear: while it blocks its event loop it takes no looks.
 */
export function giveUpSilence(client: Redis, { deadline, clock }: Pick<Terms, 'deadline' | 'clock'>): Redis {
  return client.on('connect', () => {
    const { stream } = client;
    let heard = stream.bytesRead;
    let silences = 0;
    const look = (): void => {
      if (stream.destroyed) return;
      const isSilent = client.commandQueue.length > 0 && stream.bytesRead === heard;
      silences = isSilent ? silences + 1 : 0;
      heard = stream.bytesRead;
      // The first may have come right behind the command.
      if (silences > LOOKS) stream.destroy(new Error(`the server said nothing for ${deadline} ms`));
      else clock.after(deadline / LOOKS, look);
    };
    clock.after(deadline / LOOKS, look);
  });
}
