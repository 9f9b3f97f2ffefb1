import type { Reply } from '../client.ts';
import { allAtOnce, countOf, type Stage } from '../stage.ts';

const CLIENTS = 10;

export async function departure(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.step('Clients that leave');
  narrator.say(`${CLIENTS} clients wait for one query, and one of them hangs up.`);
  const one = new AbortController();
  await stage.hold('user-49');
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
  const all = new AbortController();
  await stage.hold('user-50');
  const replies = await waiters(stage, 'user-50', () => all);
  all.abort();
  await stage.until('user-50', 'the query is given up', ({ abandoned }) => abandoned > 0);
  narrator.figure('queries given up', (await stage.sighting('user-50')).abandoned, 1);
  narrator.figure('clients who got an answer', (await replies()).length, 0);
  const next = await stage.growth(() => stage.user('user-50'));
  narrator.figure('queries for the next client: nothing was stored', next.queries, 1);
}

/** Sends requests that wait for a held query, and resolves when all are there. What it gives waits for the answers of those who stayed. */
async function waiters(
  stage: Stage,
  userId: string,
  leaves: (n: number) => AbortController,
): Promise<() => Promise<Reply[]>> {
  const replies = allAtOnce(CLIENTS, (n) =>
    stage.client.get(`/users/${userId}`, { signal: leaves(n).signal }).catch(() => undefined),
  );
  await stage.until(userId, 'all wait', ({ inFlight, held }) => held && inFlight === CLIENTS);
  return async () => (await replies).filter((reply) => reply !== undefined);
}
