/** The sessions of these programs. On Redis only this file would be another one. */
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { createSessionManager, policies, type SessionManager } from '@cache/session';
import { secret } from './secret.ts';

export interface Data {
  readonly visits: number;
}

export function openSessions(): SessionManager<Data> {
  return createSessionManager<Data>({
    manager: createManager({ providers: [memory()] }),
    secret: secret(),
    policy: policies.aal2(),
    initial: () => ({ visits: 0 }),
  });
}
