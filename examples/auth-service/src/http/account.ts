/** What the page in a browser asks: an account of one's own, with the session in a cookie. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Session } from '@cache/session';
import { honoSessions, type SessionEnv } from '@cache/session/hono';
import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Accounts } from '../accounts.ts';
import { deviceName } from '../device-name.ts';
import type { Logins } from '../logins.ts';
import type { SecondFactor } from '../second-factor.ts';
import type { SessionData, Sessions } from '../sessions.ts';
import type { Users } from '../users.ts';
import { answerToLogin } from './login.ts';
import { bodyOf, idIn, textIn } from './requests.ts';

interface Parts {
  readonly accounts: Accounts;
  readonly logins: Logins;
  readonly secondFactor: SecondFactor;
  readonly sessions: Sessions;
  readonly users: Users;
}

type Env = SessionEnv<SessionData>;

const SHORTEST_PASSWORD = 8;
/** What a changed password asks for: both factors, a moment ago. */
const RECENTLY = { aal: 2, maxAuthAge: 5 * 60_000 } as const;

export function accountRoute({ accounts, logins, secondFactor, sessions, users }: Parts): Hono<Env> {
  const logIn = (context: Context<Env>, userId: string): Promise<Session<SessionData>> => {
    const userAgent = context.req.header('user-agent');
    const device = { userAgent, label: deviceName(userAgent), ip: getConnInfo(context).remote.address };
    return context.get('session').login({ subject: userId, amr: ['pwd'], device });
  };

  /** The session of a request that its own page has sent: another site does not know the text that this one was given. */
  const own = async (context: Context<Env>): Promise<{ readonly id: string; readonly userId: string }> => {
    const session = await context.get('session').require();
    if (!sessions.verifyCsrf(session, context.req.header('x-csrf-token')))
      throw new HTTPException(403, { message: "the header 'x-csrf-token' is missing or old: get /me" });
    return { id: session.id, userId: session.subject as string };
  };

  return new Hono<Env>()
    .use(honoSessions(sessions))
    .get('/', async (context) => {
      const session = await context.get('session').require();
      const user = await users.find(session.subject as string);
      if (user === undefined) throw new HTTPException(401, { message: 'this user is no more' });
      return context.json({
        userId: user.id,
        name: user.name,
        email: user.email,
        level: session.aal,
        csrfToken: sessions.csrfToken(session),
      });
    })
    .post('/register', async (context) => {
      const body = await jsonOf(context, ['name', 'email', 'password']);
      const made = await accounts.register(textIn(body, 'name'), textIn(body, 'email'), newPasswordIn(body));
      await logIn(context, made.userId);
      return context.json(made, 201);
    })
    .post('/login', async (context) => {
      const body = await jsonOf(context, ['email', 'password']);
      const outcome = await logins.attempt(textIn(body, 'email'), textIn(body, 'password'));
      if (outcome.status !== 'accepted') return answerToLogin(context, outcome);
      await logIn(context, outcome.userId);
      return context.json({ userId: outcome.userId });
    })
    .post('/step-up', async (context) => {
      const { userId } = await own(context);
      const outcome = await secondFactor.verify(userId, textIn(await jsonOf(context, ['code']), 'code'));
      if (outcome === 'none') throw new HTTPException(409, { message: 'this account has no second factor' });
      if (outcome === 'locked') throw new HTTPException(429, { message: 'too many attempts' });
      if (outcome === 'wrong') throw new HTTPException(403, { message: 'wrong code' });
      const session = await context.get('session').stepUp('otp');
      return context.json({ level: session?.aal });
    })
    .put('/password', async (context) => {
      const { userId } = await own(context);
      await context.get('session').require(RECENTLY);
      await accounts.changePassword(userId, newPasswordIn(await jsonOf(context, ['password'])));
      return context.json({ ended: await context.get('session').logoutOthers() });
    })
    .get('/devices', async (context) => {
      const { id: here, subject } = await context.get('session').require();
      const devices = await sessions.list(subject as string);
      return context.json(
        devices.map(({ id, device, createdAt, lastSeenAt }) => ({
          id,
          device: device.label ?? deviceName(device.userAgent),
          address: device.ip,
          createdAt,
          lastSeenAt,
          current: id === here,
        })),
      );
    })
    .delete('/devices/others', async (context) => {
      await own(context);
      return context.json({ ended: await context.get('session').logoutOthers() });
    })
    .delete('/devices/:id', async (context) => {
      const { id: here, userId } = await own(context);
      const id = idIn(context);
      const isEnded =
        id === here ? await context.get('session').logout() : await sessions.revokeById(userId, id);
      if (isEnded) return context.body(null, 204);
      throw new HTTPException(404, { message: 'there is no such device of yours' });
    })
    .delete('/devices', async (context) => {
      await own(context);
      return context.json({ ended: await context.get('session').logoutEverywhere() });
    });
}

/** A body that no form of another site can send: a browser asks first whether it may. */
function jsonOf(context: Context, fields: readonly string[]): ReturnType<typeof bodyOf> {
  if (context.req.header('content-type')?.split(';')[0] !== 'application/json')
    throw new HTTPException(415, { message: "the body has to be of the type 'application/json'" });
  return bodyOf(context, fields);
}

function newPasswordIn(body: Parameters<typeof textIn>[0]): string {
  const password = textIn(body, 'password');
  if (password.length >= SHORTEST_PASSWORD) return password;
  throw new HTTPException(400, { message: `the password has to have ${SHORTEST_PASSWORD} characters` });
}
