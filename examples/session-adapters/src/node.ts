/** Sessions with `node:http` alone. */
import { nodeSessions, statusOf } from '@cache/session/node';
import { userOf } from './accounts.ts';
import { bodyOf, listening, serverOf } from './listening.ts';
import { openSessions } from './sessions.ts';

const sessionOf = nodeSessions(openSessions());

const server = serverOf(async (request, response) => {
  const session = sessionOf(request, response);
  const reply = (status: number, body: unknown): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    switch (`${request.method} ${request.url}`) {
      case 'POST /login': {
        const user = userOf(await bodyOf(request));
        if (user === null) return reply(401, null);
        await session.login({ subject: user, amr: ['pwd'] });
        return reply(200, user);
      }
      case 'GET /me': {
        await session.require();
        const now = await session.update(({ visits }) => ({ visits: visits + 1 }));
        return reply(200, { user: now?.subject, visits: now?.data.visits });
      }
      case 'POST /logout':
        return reply(200, await session.logout());
      default:
        return reply(404, null);
    }
  } catch (error) {
    return reply(statusOf(error) ?? 500, null);
  }
});
await listening(server);
