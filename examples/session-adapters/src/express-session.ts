/** express-session as it is, over a store in a cache. */
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { SessionStore } from '@cache/session/express-session';
import express from 'express';
import session from 'express-session';
import { userOf } from './accounts.ts';
import { listening } from './listening.ts';
import { secret } from './secret.ts';

declare module 'express-session' {
  interface SessionData {
    user?: string;
    visits?: number;
  }
}

const store = new SessionStore({
  manager: createManager({ providers: [memory()] }),
  secret: secret(),
  absolute: '12h',
  subjectOf: ({ user }) => user,
});
const app = express();
app.use(
  express.json(),
  session({
    store,
    secret: Buffer.from(secret()).toString('hex'),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', maxAge: 3_600_000 },
  }),
);
app.post('/login', async (request, response) => {
  const user = userOf(request.body);
  if (user === null) return response.status(401).json(null);
  await promisify(request.session.regenerate.bind(request.session))();
  request.session.user = user;
  return response.json(user);
});
app.get('/me', (request, response) => {
  const { user } = request.session;
  if (user === undefined) return response.status(401).json(null);
  request.session.visits = (request.session.visits ?? 0) + 1;
  return response.json({ user, visits: request.session.visits });
});
app.post('/logout', async (request, response) => {
  await promisify(request.session.destroy.bind(request.session))();
  response.json(true);
});
await listening(createServer(app));
