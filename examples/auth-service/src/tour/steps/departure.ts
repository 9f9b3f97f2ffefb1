import type { Client, Reply } from '../client.ts';
import { allAtOnce, countOf, type Stage } from '../stage.ts';

const CLIENTS = 10;

export async function departure(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.step('Clients that leave');
  narrator.say(`${CLIENTS} clients wait for one query, and one of them hangs up.`);
  const one = new AbortController();
  await stage.hold('user-49', [stage.here]);
  const staying = await stage.growth(async () => {
    const replies = await waiters(stage, 'user-49', (n) => (n === 0 ? one : new AbortController()));
    one.abort();
    await stage.until('user-49', 'one has left', ({ inFlight }) => inFlight === CLIENTS - 1);
    narrator.figure('queries given up', (await stage.sighting('user-49')).abandoned, 0);
    await stage.release('user-49');
    narrator.figure('others who got the profile', countOf(await replies(), 200), CLIENTS - 1);
  });
  narrator.figure('queries', staying.queries, 1);

  narrator.say(`${CLIENTS} clients wait for another one, and all of them hang up.`);
  const sides = stage.clients.map(() => new AbortController());
  const sideOf = (n: number): AbortController => sides[n % sides.length] as AbortController;
  await stage.hold('user-50', [stage.here]);
  const replies = await waiters(stage, 'user-50', sideOf);
  // The process that runs the query is left last: what it gives up, another one that waits for it would begin again.
  for (const [n, side] of [...sides.entries()].toReversed()) {
    side.abort();
    const left = (CLIENTS / sides.length) * n;
    await stage.until('user-50', 'they have left', ({ inFlight }) => inFlight === left);
  }
  const { abandoned } = await stage.until('user-50', 'the query is given up', (seen) => seen.abandoned > 0);
  narrator.figure('queries given up', abandoned, 1);
  narrator.figure('clients who got an answer', (await replies()).length, 0);
  const next = await stage.growth(() => stage.user('user-50'));
  narrator.figure('queries for the next client: nothing was stored', next.queries, 1);
}

/**
 * Sends requests that wait for a held query, the first of which asks for it `here`, and resolves when all are there. What it gives waits
 * for the answers of those who stayed.
 */
async function waiters(
  stage: Stage,
  userId: string,
  leaves: (n: number) => AbortController,
): Promise<() => Promise<Reply[]>> {
  const ask = (n: number): Promise<Reply | undefined> => {
    const client = stage.clients[n % stage.clients.length] as Client;
    return client.get(`/users/${userId}`, { signal: leaves(n).signal }).catch(() => undefined);
  };
  const first = ask(0);
  await stage.until(userId, 'the query is held', ({ held }) => held);
  const others = allAtOnce(CLIENTS - 1, (n) => ask(n + 1));
  await stage.until(userId, 'all wait', ({ inFlight }) => inFlight === CLIENTS);
  return async () => [await first, ...(await others)].filter((reply) => reply !== undefined);
}
