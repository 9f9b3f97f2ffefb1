import type { Reply } from '../client.ts';
import { inWords } from '../narrator.ts';
import { allAtOnce, countOf, type Stage } from '../stage.ts';

const REQUESTS = 10_000;
const LEAST_WAITING = 1_000;

export async function stampede(stage: Stage): Promise<void> {
  const { narrator } = stage;
  narrator.step(`${inWords(REQUESTS)} requests for one user who is not cached`);
  narrator.say('The query is held back until all the requests are in the service and wait.');
  let replies: Reply[] = [];
  await stage.hold('user-42', REQUESTS);
  const { queries, joins } = await stage.growth(async () => {
    replies = await allAtOnce(REQUESTS, () => stage.client.get('/users/user-42'));
  });
  const { waitingAtEnd } = await stage.sighting('user-42');
  narrator.atLeast(
    'requests waiting in the service at the moment the query ended',
    waitingAtEnd[0] ?? 0,
    LEAST_WAITING,
  );
  narrator.figure('queries the database ran for them', queries, 1);
  narrator.atLeast('requests that shared it, as the cache counted', joins, LEAST_WAITING - 1);
  narrator.figure('answers with the profile', countOf(replies, 200), REQUESTS);
  narrator.figure(
    'different answers among them',
    new Set(replies.map((reply) => JSON.stringify(reply.body))).size,
    1,
  );
}
