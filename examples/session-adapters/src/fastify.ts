/** Sessions with Fastify. */
import { fastifySessions, statusOf } from '@cache/session/fastify';
import fastify from 'fastify';
import { userOf } from './accounts.ts';
import { listening } from './listening.ts';
import { openSessions } from './sessions.ts';

const app = fastify();
const { plugin, of } = fastifySessions(openSessions());
await app.register(plugin);
app.setErrorHandler((error, _request, reply) => reply.code(statusOf(error) ?? 500).send('null'));
app.post('/login', async (request, reply) => {
  const user = userOf(request.body);
  if (user === null) return reply.code(401).send('null');
  await of(request).login({ subject: user, amr: ['pwd'] });
  return { user };
});
app.get('/me', async (request) => {
  await of(request).require();
  const now = await of(request).update(({ visits }) => ({ visits: visits + 1 }));
  return { user: now?.subject, visits: now?.data.visits };
});
app.post('/logout', async (request) => ({ ended: await of(request).logout() }));
await app.ready();
await listening(app.server);
