import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Sessions } from '../sessions.ts';

const BEARER = /^Bearer (?<token>[\w-]{1,64})$/;

export function sessionRoute(sessions: Sessions): Hono {
  return new Hono().get('/', async (context) => {
    const token = BEARER.exec(context.req.header('authorization') ?? '')?.groups?.['token'];
    const session = token === undefined ? undefined : await sessions.find(token);
    if (session !== undefined) return context.json(session);
    throw new HTTPException(401, {
      message: "there is no such session: give 'authorization: Bearer <token>'",
    });
  });
}
