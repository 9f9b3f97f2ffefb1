import { firstTeamOf, TEAMS, USERS } from '../../database/seed.ts';
import { allAtOnce, type Stage } from '../stage.ts';

const TEAM = firstTeamOf(7);
const OTHER_TEAM = firstTeamOf(8);
const MEMBERS = USERS / TEAMS;

export async function teamIndex(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  const member = (n: number): string => `user-${7 + TEAMS * n}`;
  narrator.step('All cached users of a team');
  await allAtOnce(MEMBERS, (n) => stage.user(member(n)));
  const { queries } = await stage.growth(async () => {
    narrator.figure(
      `users of ${TEAM} that the index finds`,
      (await stage.cachedOfTeam(TEAM)).length,
      MEMBERS,
    );
    narrator.say(`${member(0)} moves to ${OTHER_TEAM} and is read again, ${member(1)} is deleted.`);
    await client.patch(`/users/${member(0)}`, { teamId: OTHER_TEAM });
    await stage.user(member(0));
    await client.delete(`/users/${member(1)}`);
    const remaining = await stage.cachedOfTeam(TEAM);
    narrator.figure(`users of ${TEAM} now`, remaining.length, MEMBERS - 2);
    narrator.fact(
      'neither of the two is among them',
      ![member(0), member(1)].some((id) => remaining.includes(id)),
    );
    narrator.fact(
      `${member(0)} is found in ${OTHER_TEAM}`,
      (await stage.cachedOfTeam(OTHER_TEAM)).includes(member(0)),
    );
  });
  narrator.figure('queries for all of that, the new reading', queries, 1);
}
