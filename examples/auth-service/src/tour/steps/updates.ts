import { DEVICES, type Activity } from '../../activity.ts';
import type { Reply } from '../client.ts';
import { inWords } from '../narrator.ts';
import { allAtOnce, countOf, profileIn, type Stage } from '../stage.ts';

const UPDATES = 10_000;

export async function updates(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  narrator.step(`${inWords(UPDATES)} updates of one profile at once`);
  narrator.say('Written through: each adds a visit in the database, then the newer row wins in the cache.');
  await stage.user('user-42');
  let visits: Reply[] = [];
  let cached = 0;
  const { queries } = await stage.growth(async () => {
    visits = await allAtOnce(UPDATES, () => client.post('/users/user-42/visits'));
    cached = (await stage.user('user-42')).visits;
  });
  const { overtakenRows } = await stage.sighting('user-42');
  narrator.say(`${inWords(overtakenRows)} rows came back after a newer one.`);
  narrator.figure('updates that succeeded', countOf(visits, 200), UPDATES);
  narrator.figure(
    'different counts among their answers',
    new Set(visits.map((reply) => profileIn(reply).visits)).size,
    UPDATES,
  );
  narrator.figure('visits in the cached profile', cached, UPDATES);
  narrator.figure('queries that ran to read it', queries, 0);

  narrator.say(
    `${inWords(UPDATES)} more, of a record that only the cache has: read, changed and written by update().`,
  );
  const records = await allAtOnce(UPDATES, (n) =>
    client.post('/users/user-42/activity', { device: DEVICES[n % DEVICES.length] }),
  );
  const { body } = await client.get('/users/user-42/activity');
  const { requests, byDevice } = body as Activity;
  narrator.figure('updates that succeeded', countOf(records, 200), UPDATES);
  narrator.figure('requests in the record', requests, UPDATES);
  narrator.figure(
    `of ${DEVICES.join(', ')} together`,
    Object.values(byDevice).reduce((sum, count) => sum + count, 0),
    UPDATES,
  );
}
