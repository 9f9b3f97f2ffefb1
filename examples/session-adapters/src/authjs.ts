/** Auth.js, whose sessions and verification tokens are in caches. Who asks to sign in gets a link; here it is printed. */
import type { Server } from 'node:http';
import { Auth } from '@auth/core';
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { authjsSessions } from '@cache/session/authjs';
import { createAdaptorServer } from '@hono/node-server';
import { listening } from './listening.ts';
import { secret } from './secret.ts';
import { usersInMemory } from './users-in-memory.ts';

const { adapter } = authjsSessions({
  manager: createManager({ providers: [memory()] }),
  secret: secret(),
  // A service gives the adapter of its database.
  users: usersInMemory(),
  absolute: '30d',
});
const ofAuthjs = Buffer.from(secret()).toString('hex');
const fetch = (request: Request): Promise<Response> =>
  Auth(request, {
    adapter,
    secret: ofAuthjs,
    basePath: '/auth',
    trustHost: true,
    session: { strategy: 'database' },
    providers: [
      {
        id: 'email',
        type: 'email',
        name: 'Email',
        sendVerificationRequest: ({ url }) => void process.stdout.write(`to sign in: ${url}\n`),
      },
    ],
  });
await listening(createAdaptorServer({ fetch }) as Server);
