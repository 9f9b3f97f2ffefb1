/** The service as an HTTP application. */
import type { Manager } from '@cache/core';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Accounts } from '../accounts.ts';
import { ActivityLog } from '../activity.ts';
import type { Database } from '../database/database.ts';
import { Logins } from '../logins.ts';
import type { Probe } from '../probe.ts';
import { SecondFactor } from '../second-factor.ts';
import { createSessions } from '../sessions.ts';
import { Users } from '../users.ts';
import { accountRoute } from './account.ts';
import { answerToError, departures } from './errors.ts';
import { loginRoute } from './login.ts';
import { pageRoutes } from './page.ts';
import { sessionRoute } from './session.ts';
import { statusRoutes } from './status.ts';
import { teamRoutes } from './teams.ts';
import { userRoutes } from './users.ts';
import { watchingRoutes } from './watching.ts';

const LARGEST_BODY = 16 * 1_024;

/** `shared`: what all processes of the service have in common, and no other service. */
export function createApp(
  manager: Manager,
  database: Database,
  probe: Probe | undefined,
  shared: string,
): Hono {
  const users = new Users(manager, database);
  const activity = new ActivityLog(manager);
  const logins = new Logins(manager, database);
  const sessions = createSessions(manager, shared);
  const accounts = new Accounts(database);
  const secondFactor = new SecondFactor(manager, database);

  const app = new Hono();
  app.onError(answerToError);
  app.notFound((context) =>
    context.json({ error: `there is no ${context.req.method} ${context.req.path}` }, 404),
  );
  app.use(departures);
  // Not for other methods: to look for a body that is not there costs a request object.
  app.on(
    ['POST', 'PUT', 'PATCH'],
    '/*',
    bodyLimit({
      maxSize: LARGEST_BODY,
      onError: (context) => context.json({ error: `the body has more than ${LARGEST_BODY} bytes` }, 413),
    }),
  );
  if (probe !== undefined) app.use('/users/*', probe.countRequests).route('/probe', probe.routes());
  return app
    .route('/', statusRoutes(manager, database))
    .route('/', watchingRoutes(manager, database, sessions))
    .route('/', pageRoutes())
    .route('/me', accountRoute({ accounts, logins, secondFactor, sessions, users }))
    .route('/login', loginRoute(logins, sessions))
    .route('/session', sessionRoute(sessions))
    .route('/teams', teamRoutes(users))
    .route('/users', userRoutes({ users, activity, sessions }));
}
