/** Sessions with Koa. */
import { createServer } from 'node:http';
import { koaSessions, statusOf } from '@cache/session/koa';
import Koa from 'koa';
import { userOf } from './accounts.ts';
import { bodyOf, listening } from './listening.ts';
import { openSessions } from './sessions.ts';

const app = new Koa();
const session = koaSessions(openSessions());
app.use(async (context, next) => {
  try {
    await next();
  } catch (error) {
    context.status = statusOf(error) ?? 500;
    context.body = 'null';
  }
});
app.use(session);
app.use(async (context) => {
  const mine = session.of(context);
  switch (`${context.method} ${context.path}`) {
    case 'POST /login': {
      const user = userOf(await bodyOf(context.req));
      if (user !== null) await mine.login({ subject: user, amr: ['pwd'] });
      context.status = user === null ? 401 : 200;
      context.body = JSON.stringify(user);
      return;
    }
    case 'GET /me': {
      await mine.require();
      const now = await mine.update(({ visits }) => ({ visits: visits + 1 }));
      context.body = { user: now?.subject, visits: now?.data.visits };
      return;
    }
    case 'POST /logout':
      context.body = JSON.stringify(await mine.logout());
      return;
    default:
      context.status = 404;
  }
});
const answer = app.callback();
await listening(createServer((request, response) => void answer(request, response)));
