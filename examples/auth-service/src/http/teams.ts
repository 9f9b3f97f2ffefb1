import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Users } from '../users.ts';
import { bodyOf, idIn, textIn } from './requests.ts';

export function teamRoutes(users: Users): Hono {
  return new Hono()
    .get('/:id/cached-users', async (context) => {
      const cached = await users.cachedOfTeam(idIn(context));
      return context.json({ count: cached.length, users: cached });
    })
    .patch('/:id', async (context) => {
      const id = idIn(context);
      const name = textIn(await bodyOf(context, ['name']), 'name');
      if (await users.renameTeam(id, name)) return context.json({ id, name });
      throw new HTTPException(404, { message: `there is no team '${id}'` });
    });
}
