import { Hono, type Context } from 'hono';
import { ALLOWED_ATTEMPTS, type LoginOutcome, type Logins } from '../logins.ts';
import type { Sessions } from '../sessions.ts';
import { bodyOf, textIn } from './requests.ts';

export function loginRoute(logins: Logins, sessions: Sessions): Hono {
  return new Hono().post('/', async (context) => {
    const body = await bodyOf(context, ['email', 'password']);
    const outcome = await logins.attempt(textIn(body, 'email'), textIn(body, 'password'));
    if (outcome.status === 'accepted') {
      const { userId } = outcome;
      const device = { userAgent: context.req.header('user-agent') };
      const { token } = await sessions.create({ subject: userId, amr: ['pwd'], device });
      return context.json({ userId, token: token.reveal() });
    }
    return answerToLogin(context, outcome);
  });
}

/** To one that was not accepted. */
export function answerToLogin(
  context: Context,
  outcome: Exclude<LoginOutcome, { readonly status: 'accepted' }>,
): Response {
  const attempts = { attempts: outcome.attempts, allowed: ALLOWED_ATTEMPTS };
  if (outcome.status === 'wrong')
    return context.json({ error: 'wrong e-mail address or password', ...attempts }, 401);
  context.header('retry-after', String(outcome.retryAfterSeconds));
  return context.json({ error: 'too many attempts', ...attempts }, 429);
}
