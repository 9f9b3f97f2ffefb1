/** koa-session as it is, over a store in a cache. */
import { createServer } from 'node:http';
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { koaSessionStore } from '@cache/session/koa-session';
import Koa, { type Context } from 'koa';
import { createSession } from 'koa-session';
import { userOf } from './accounts.ts';
import { bodyOf, listening } from './listening.ts';
import { secret } from './secret.ts';

interface SessionContext extends Context {
  session: { user?: string; visits?: number; regenerate(): Promise<void> } | null;
}

const store = koaSessionStore({
  manager: createManager({ providers: [memory()] }),
  secret: secret(),
  absolute: '12h',
  subjectOf: ({ user }) => user as string | undefined,
});
const app = new Koa<Koa.DefaultState, SessionContext>();
app.keys = [Buffer.from(secret()).toString('hex')];
app.use(createSession({ store, sameSite: 'lax', maxAge: 3_600_000 }, app));
app.use(async (context) => {
  const { session } = context;
  switch (`${context.method} ${context.path}`) {
    case 'POST /login': {
      const user = userOf(await bodyOf(context.req));
      // A new id: whoever planted the old one has nothing of it.
      await session?.regenerate();
      if (user !== null && session !== null) session.user = user;
      context.status = user === null ? 401 : 200;
      context.body = JSON.stringify(user);
      return;
    }
    case 'GET /me': {
      if (session?.user === undefined) {
        context.status = 401;
        context.body = 'null';
        return;
      }
      session.visits = (session.visits ?? 0) + 1;
      context.body = { user: session.user, visits: session.visits };
      return;
    }
    case 'POST /logout':
      context.session = null;
      context.body = 'true';
      return;
    default:
      context.status = 404;
  }
});
const answer = app.callback();
await listening(createServer((request, response) => void answer(request, response)));
