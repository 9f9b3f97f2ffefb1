/** A client that notes what is sent, by round trips: what is sent before a reply to any of it came is one. */
import { once } from 'node:events';
import { Redis } from 'ioredis';

export interface Recorder extends Disposable {
  readonly client: Redis;
  /** What `run` sent: the commands of each round trip. */
  readonly during: (run: () => Promise<unknown>) => Promise<readonly (readonly string[])[]>;
}

export async function recorder(url: string): Promise<Recorder> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
  await once(client, 'ready');
  let trips: string[][] = [];
  let isAnswered = true;
  const send = client.callBuffer.bind(client) as (command: string, ...args: unknown[]) => Promise<unknown>;
  client.callBuffer = (command: string, ...args: unknown[]): Promise<unknown> => {
    if (isAnswered) trips.push([]);
    isAnswered = false;
    trips.at(-1)?.push(command);
    const reply = send(command, ...args);
    const answered = (): void => void (isAnswered = true);
    reply.then(answered, answered);
    return reply;
  };
  return {
    client,
    async during(run) {
      trips = [];
      isAnswered = true;
      await run();
      return trips;
    },
    [Symbol.dispose]: () => client.disconnect(),
  };
}
