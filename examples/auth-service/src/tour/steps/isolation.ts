import { inWords } from '../narrator.ts';
import { profileIn, type Stage } from '../stage.ts';

const READERS = 1_000;
const EMAIL = 'user48@example.com';
const MASKED = '***@example.com';

export async function isolation(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  narrator.step('A handler that writes on what it got');
  narrator.say(
    `${inWords(READERS)} requests share one query. Every other one asks for the card, whose handler masks the address in place.`,
  );
  const { replies: emails } = await stage.together(
    'user-48',
    READERS,
    async (n) => profileIn(await client.get(n % 2 === 0 ? '/users/user-48' : '/users/user-48/card')).email,
  );
  narrator.figure(
    'profiles with the real address',
    emails.filter((email, n) => n % 2 === 0 && email === EMAIL).length,
    READERS / 2,
  );
  narrator.figure(
    'cards with the masked one',
    emails.filter((email, n) => n % 2 === 1 && email === MASKED).length,
    READERS / 2,
  );
  narrator.fact('the cached profile has the real one', (await stage.user('user-48')).email === EMAIL);
}
