/** What the holder of a session may do with it, and with the user's others. */
import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Sessions } from '../sessions.ts';
import { idIn } from './requests.ts';

const BEARER = /^Bearer (?<token>[\w.-]{1,80})$/;

export function sessionRoute(sessions: Sessions): Hono {
  /** The token of a valid session, and its user. */
  const known = async (context: Context): Promise<{ readonly token: string; readonly userId: string }> => {
    const token = BEARER.exec(context.req.header('authorization') ?? '')?.groups?.['token'];
    const session = await sessions.get(token);
    if (token !== undefined && session?.subject) return { token, userId: session.subject };
    throw new HTTPException(401, {
      message: "there is no such session: give 'authorization: Bearer <token>'",
    });
  };

  return new Hono()
    .get('/', async (context) => {
      const { userId } = await known(context);
      return context.json({ userId });
    })
    .delete('/', async (context) => {
      const { token } = await known(context);
      return context.json({ ended: (await sessions.revoke(token)) ? 1 : 0 });
    })
    .get('/devices', async (context) => {
      const { token, userId } = await known(context);
      const devices = await sessions.list(userId, { current: token });
      return context.json(
        devices.map(({ id, device, createdAt, lastSeenAt, current }) => ({
          id,
          device: device.userAgent ?? 'unknown',
          createdAt,
          lastSeenAt,
          current,
        })),
      );
    })
    .delete('/others', async (context) => {
      const { token, userId } = await known(context);
      return context.json({ ended: await sessions.revokeAll(userId, { except: token }) });
    })
    .delete('/devices/:id', async (context) => {
      const { userId } = await known(context);
      if (await sessions.revokeById(userId, idIn(context))) return context.body(null, 204);
      throw new HTTPException(404, { message: 'there is no such device of yours' });
    });
}
