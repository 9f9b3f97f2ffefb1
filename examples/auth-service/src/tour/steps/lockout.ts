import { PASSWORD } from '../../database/seed.ts';
import { ALLOWED_ATTEMPTS } from '../../logins.ts';
import type { Reply } from '../client.ts';
import { inWords } from '../narrator.ts';
import { allAtOnce, countOf, sum, type Stage } from '../stage.ts';

const GUESSES = 1_000;

export async function lockout(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  const login = (email: string, password: string): Promise<Reply> =>
    client.post('/login', { email, password });
  narrator.step(`${inWords(GUESSES)} wrong logins at once`);
  const asked = async (): Promise<number> =>
    sum(await stage.stats(), ({ queries }) => queries['findCredentials']);
  const before = await asked();
  const replies = await allAtOnce(GUESSES, (n) => login('user46@example.com', `guess ${n}`));
  const attempts = new Set(replies.map(({ body }) => (body as { attempts: number }).attempts));
  narrator.figure('guesses counted, each with a number of its own', attempts.size, GUESSES);
  narrator.figure('the highest number', Math.max(...attempts), GUESSES);
  narrator.figure(
    'guesses that reached the password, with status 401',
    countOf(replies, 401),
    ALLOWED_ATTEMPTS,
  );
  narrator.figure(
    'guesses that were locked out, with status 429',
    countOf(replies, 429),
    GUESSES - ALLOWED_ATTEMPTS,
  );
  narrator.figure('queries for the password', (await asked()) - before, ALLOWED_ATTEMPTS);
  narrator.figure(
    'status for the right password now',
    (await login('user46@example.com', PASSWORD)).status,
    429,
  );

  await login('user47@example.com', 'a typing mistake');
  narrator.figure(
    'status for another user, after one mistake',
    (await login('user47@example.com', PASSWORD)).status,
    200,
  );
  const { body } = await login('user47@example.com', 'another mistake');
  narrator.figure(
    'attempts of that user with the next mistake: the login had reset them',
    (body as { attempts: number }).attempts,
    1,
  );
}
