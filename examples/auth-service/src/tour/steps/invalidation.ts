import { firstTeamOf, TEAMS } from '../../database/seed.ts';
import { inWords } from '../narrator.ts';
import { allAtOnce, profileIn, type Stage } from '../stage.ts';

const TEAM = firstTeamOf(44);
const NAME = 'Night shift';
/** Others of the team who are cached. */
const COLLEAGUES = 20;

export async function invalidation(stage: Stage): Promise<void> {
  const { narrator, here, there } = stage;
  narrator.step('A tag invalidation during a slow query');
  narrator.say(
    `${COLLEAGUES} profiles of ${TEAM} are cached, a query for one more is held back. Then the team is renamed${stage.elsewhere}.`,
  );
  const colleague = (n: number): string => `user-${44 + TEAMS * (n + 1)}`;
  await allAtOnce(COLLEAGUES, (n) => stage.user(colleague(n)));
  await stage.hold('user-44', [here]);
  const { overtaken, queries } = await stage.growth(async () => {
    const before = here.get('/users/user-44');
    await stage.until('user-44', 'the query is held', ({ held }) => held);
    await there.patch(`/teams/${TEAM}`, { name: NAME });
    // What tags a load will carry is known when it ends, so this one shares the old query at first, and must not get what it read.
    const after = there.get('/users/user-44');
    await stage.until('user-44', 'both wait', ({ inFlight }) => inFlight === 2);
    await stage.release('user-44');
    const { teamName } = profileIn(await before);
    narrator.fact(`the old query had read the old name, '${teamName}'`, teamName !== NAME);
    narrator.fact(
      'a request that came after the renaming, while the old query ran, got the new name',
      profileIn(await after).teamName === NAME,
    );
  });
  narrator.figure('loaded values that were not stored', overtaken, 1);
  narrator.figure('queries: the old one, and one more', queries, 2);
  narrator.fact('afterwards the profile has the new name', (await stage.user('user-44')).teamName === NAME);
  const reloads = await stage.growth(async () => {
    const names = await allAtOnce(COLLEAGUES, async (n) => (await stage.user(colleague(n))).teamName);
    narrator.figure('colleagues with the new name', names.filter((name) => name === NAME).length, COLLEAGUES);
  });
  narrator.figure(
    `queries for these ${inWords(COLLEAGUES)}: one tag made all of them outdated`,
    reloads.queries,
    COLLEAGUES,
  );
}
