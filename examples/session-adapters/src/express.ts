/** Sessions with Express. */
import { createServer } from 'node:http';
import { expressSessions, statusOf } from '@cache/session/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { userOf } from './accounts.ts';
import { listening } from './listening.ts';
import { openSessions } from './sessions.ts';

const app = express();
const session = expressSessions(openSessions());
app.use(express.json(), session);
app.post('/login', async (request, response) => {
  const user = userOf(request.body);
  if (user === null) return response.status(401).json(null);
  await session.of(response).login({ subject: user, amr: ['pwd'] });
  return response.json(user);
});
app.get('/me', async (_request, response) => {
  await session.of(response).require();
  const now = await session.of(response).update(({ visits }) => ({ visits: visits + 1 }));
  response.json({ user: now?.subject, visits: now?.data.visits });
});
app.post('/logout', async (_request, response) => {
  response.json(await session.of(response).logout());
});
app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
  response.status(statusOf(error) ?? 500).json(null);
});
await listening(createServer(app));
