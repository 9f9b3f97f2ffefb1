import { PASSWORD } from '../../database/seed.ts';
import { MOST_SESSIONS } from '../../sessions.ts';
import type { Client } from '../client.ts';
import { allAtOnce, countOf, type Stage } from '../stage.ts';

const LOGINS = 5;

export async function sessions(stage: Stage): Promise<void> {
  const { narrator, client, clients, here, there } = stage;
  narrator.step('Sessions that end');
  const login = async (by: Client): Promise<string> => {
    const { body } = await by.post('/login', { email: 'user51@example.com', password: PASSWORD });
    return (body as { token: string }).token;
  };
  /** How many of the sessions this process knows. */
  const known = async (by: Client, tokens: readonly string[]): Promise<number> =>
    countOf(await Promise.all(tokens.map((token) => by.get('/session', { token }))), 200);

  const one = await login(here);
  narrator.figure(`sessions known${stage.elsewhere} right after the login`, await known(there, [one]), 1);
  const tokens = [one, ...(await allAtOnce(LOGINS - 1, () => login(client)))];
  for (const [n, by] of clients.entries()) {
    narrator.figure(
      `sessions of ${LOGINS} that are left${stage.inProcess(n)}: a user may have ${MOST_SESSIONS}`,
      await known(by, tokens),
      MOST_SESSIONS,
    );
  }
  const ended = await there.delete('/users/user-51/sessions');
  narrator.figure(
    `sessions that were ended${stage.elsewhere}`,
    (ended.body as { ended: number }).ended,
    MOST_SESSIONS,
  );
  for (const [n, by] of clients.entries()) {
    narrator.figure(`sessions known right after that${stage.inProcess(n)}`, await known(by, tokens), 0);
  }
}
