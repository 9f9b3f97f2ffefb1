import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { DEVICES, type ActivityLog, type Device } from '../activity.ts';
import type { User } from '../database/database.ts';
import type { Sessions } from '../sessions.ts';
import type { Users } from '../users.ts';
import { bodyOf, idIn, optionalTextIn, textIn } from './requests.ts';

interface Parts {
  readonly users: Users;
  readonly activity: ActivityLog;
  readonly sessions: Sessions;
}

export function userRoutes({ users, activity, sessions }: Parts): Hono {
  // A client that leaves takes only itself out of the waiting: the query goes on for the others.
  const found = async (context: Context): Promise<User> =>
    existing(await users.find(idIn(context), context.req.raw.signal), context);

  return new Hono()
    .get('/:id', async (context) => context.json(await found(context)))
    .get('/:id/card', async (context) => {
      const user = await found(context);
      // It is this handler's own copy, whoever else asked for it at the same time: writing on it harms nobody.
      user.email = user.email.replace(/^[^@]*/, '***');
      return context.json(user);
    })
    .patch('/:id', async (context) => {
      const body = await bodyOf(context, ['name', 'email', 'teamId']);
      const email = optionalTextIn(body, 'email')?.trim().toLowerCase();
      const change = { name: optionalTextIn(body, 'name'), email, teamId: optionalTextIn(body, 'teamId') };
      return context.json(existing(await users.change(idIn(context), change), context));
    })
    .post('/:id/visits', async (context) =>
      context.json(existing(await users.countVisit(idIn(context)), context)),
    )
    .post('/:id/activity', async (context) => {
      const device = deviceIn(await bodyOf(context, ['device']));
      const { id } = await found(context);
      return context.json(await activity.record(id, device));
    })
    .get('/:id/activity', async (context) => {
      const { id } = await found(context);
      return context.json((await activity.of(id)) ?? { requests: 0, byDevice: {} });
    })
    .delete('/:id/sessions', async (context) =>
      context.json({ ended: await sessions.revokeAll(idIn(context)) }),
    )
    .delete('/:id', async (context) => {
      const id = idIn(context);
      const removed = await users.remove(id);
      await activity.forget(id);
      await sessions.revokeAll(id);
      if (!removed) throw notFound(context);
      return context.body(null, 204);
    });
}

function existing(user: User | undefined, context: Context): User {
  if (user === undefined) throw notFound(context);
  return user;
}

function notFound(context: Context): HTTPException {
  return new HTTPException(404, { message: `there is no user '${idIn(context)}'` });
}

function deviceIn(body: Readonly<Record<string, unknown>>): Device {
  const device = textIn(body, 'device');
  const known = DEVICES.find((name) => name === device);
  if (known !== undefined) return known;
  throw new HTTPException(400, { message: `there is no device '${device}': give ${DEVICES.join(', ')}` });
}
