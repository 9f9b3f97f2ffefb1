/** better-auth, whose sessions, verification values and rate limits are in a cache. */
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { secondaryStorage } from '@cache/session/better-auth';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { listening, serverOf } from './listening.ts';
import { secret } from './secret.ts';

const auth = betterAuth({
  baseURL: { allowedHosts: ['127.0.0.1:*'], protocol: 'http' },
  secret: Buffer.from(secret()).toString('hex'),
  // A service gives its database.
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  secondaryStorage: secondaryStorage({
    manager: createManager({ providers: [memory()] }),
    secret: secret(),
  }),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
});
const handle = toNodeHandler(auth);
await listening(serverOf((request, response) => handle(request, response)));
