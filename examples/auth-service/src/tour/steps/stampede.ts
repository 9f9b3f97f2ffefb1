import type { Reply } from '../client.ts';
import { inWords } from '../narrator.ts';
import { countOf, type Stage } from '../stage.ts';

const REQUESTS = 10_000;

export async function stampede(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.step(`${inWords(REQUESTS)} requests for one user who is not cached`);
  narrator.say('The query is held back until all the requests are in the service and wait.');
  let replies: readonly Reply[] = [];
  let waiting = 0;
  const { queries, joins } = await stage.growth(async () => {
    const all = await stage.together('user-42', REQUESTS, () => stage.client.get('/users/user-42'));
    ({ replies, waiting } = all);
  });
  narrator.figure('requests waiting in the service when the query was let go', waiting, REQUESTS);
  narrator.figure('queries the database ran for them', queries, 1);
  narrator.atLeast(
    'times that one of them was told to wait for it, as the cache counted',
    joins,
    REQUESTS - 1,
  );
  narrator.figure('answers with the profile', countOf(replies, 200), REQUESTS);
  narrator.figure(
    'different answers among them',
    new Set(replies.map((reply) => JSON.stringify(reply.body))).size,
    1,
  );
}
