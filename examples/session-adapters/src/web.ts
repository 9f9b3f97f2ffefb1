/** Sessions with `Request` and `Response`, as runtimes like Deno, Bun and workers have them; here behind a server of Node. */
import { createAdaptorServer } from '@hono/node-server';
import { sessionHandler, statusOf } from '@cache/session/web';
import type { Server } from 'node:http';
import { userOf } from './accounts.ts';
import { listening } from './listening.ts';
import { openSessions } from './sessions.ts';

const handle = sessionHandler(openSessions());

const fetch = (request: Request): Promise<Response> =>
  handle(request, async (session) => {
    try {
      switch (`${request.method} ${new URL(request.url).pathname}`) {
        case 'POST /login': {
          const user = userOf(await request.json());
          if (user === null) return Response.json(null, { status: 401 });
          await session.login({ subject: user, amr: ['pwd'] });
          return Response.json(user);
        }
        case 'GET /me': {
          await session.require();
          const now = await session.update(({ visits }) => ({ visits: visits + 1 }));
          return Response.json({ user: now?.subject, visits: now?.data.visits });
        }
        case 'POST /logout':
          return Response.json(await session.logout());
        default:
          return Response.json(null, { status: 404 });
      }
    } catch (error) {
      return Response.json(null, { status: statusOf(error) ?? 500 });
    }
  });
await listening(createAdaptorServer({ fetch }) as Server);
