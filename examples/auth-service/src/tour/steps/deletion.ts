import { profileIn, type Stage } from '../stage.ts';

export async function deletion(stage: Stage): Promise<void> {
  const { narrator, here, there } = stage;
  narrator.step('A delete during a slow query');
  narrator.say(
    `A query has read user-43 and its answer is held back. Then user-43 is deleted${stage.elsewhere}.`,
  );
  await stage.hold('user-43', [here]);
  const { overtaken, queries } = await stage.growth(async () => {
    const first = here.get('/users/user-43');
    await stage.until('user-43', 'the query is held', ({ held }) => held);
    const deleted = await there.delete('/users/user-43');
    narrator.figure('status of the delete', deleted.status, 204);
    const during = await here.get('/users/user-43');
    narrator.figure(
      'status for a request that came after it, the old query still under way',
      during.status,
      404,
    );
    await stage.release('user-43');
    narrator.fact(
      'the request that began before the delete got the profile it had asked for',
      profileIn(await first).id === 'user-43',
    );
  });
  narrator.figure('loaded values that were not stored', overtaken, 1);
  narrator.figure('queries: the old one, and one that found nobody', queries, 2);
  narrator.figure('status afterwards', (await there.get('/users/user-43')).status, 404);
  narrator.fact('no index has the user', !(await stage.cachedOfTeam('team-43')).includes('user-43'));
}
