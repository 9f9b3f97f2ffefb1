/** Sessions with Hono. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { honoSessions, statusOf, type SessionEnv } from '@cache/session/hono';
import { Hono } from 'hono';
import { userOf } from './accounts.ts';
import { listening } from './listening.ts';
import { openSessions, type Data } from './sessions.ts';

const app = new Hono<SessionEnv<Data>>();
app.use(honoSessions(openSessions()));
app.onError((error, context) => context.json(null, statusOf(error) ?? 500));
app.post('/login', async (context) => {
  const user = userOf(await context.req.json());
  if (user === null) return context.json(null, 401);
  await context.get('session').login({ subject: user, amr: ['pwd'] });
  return context.json(user);
});
app.get('/me', async (context) => {
  await context.get('session').require();
  const now = await context.get('session').update(({ visits }) => ({ visits: visits + 1 }));
  return context.json({ user: now?.subject, visits: now?.data.visits });
});
app.post('/logout', async (context) => context.json(await context.get('session').logout()));
await listening(createAdaptorServer({ fetch: app.fetch }) as Server);
