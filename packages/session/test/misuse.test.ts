import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createSessionManager, policies, type SessionManagerOptions } from '../src/index.ts';

type Options = SessionManagerOptions<Record<string, unknown>>;

const secret = new Uint8Array(32).fill(1);

function made(options: object): unknown {
  const manager = createManager({ providers: [memory()] });
  return createSessionManager({ manager, secret, policy: policies.aal2(), ...options });
}

describe('a session manager is not made', () => {
  test.each<[string, object, RegExp]>([
    ['a slip of the pen', { polcy: {} }, /no option 'polcy'/],
    ['a short secret', { secret: new Uint8Array(31) }, /secret is 31 bytes/],
    ['a secret of zeros', { secret: new Uint8Array(32) }, /all zeros/],
    ['a secret that is a text', { secret: 'x'.repeat(64) }, /secret is string/],
    ['a limit of 0', { limit: { max: 0, onExceeded: 'deny' } }, /limit\.max is 0/],
    ['ASVS 7.1.2: a limit that does not say what happens', { limit: { max: 3 } }, /onExceeded is missing/],
    ['an unknown way of exceeding', { limit: { max: 3, onExceeded: 'evict' } }, /'deny' or 'evict-lru'/],
    ['an unknown reaction', { binding: { ip: 'warn' } }, /binding\.ip is 'warn'/],
    ['an unknown binding', { binding: { agent: 'event' } }, /no option 'agent'/],
    ['an unknown action on reuse', { reuse: { action: 'ban' } }, /reuse\.action is 'ban'/],
    ['a floor of 0', { floor: 0 }, /floor is 0/],
    ['a profile called default', { profiles: { default: policies.aal1() } }, /that is the option policy/],
    ['a bad profile', { profiles: { long: { idle: '1h' } } }, /profiles\.long: absolute/],
  ])('with %s', (_, options, message) => {
    expect(() => made(options)).toThrow(message);
    expect(() => made(options)).toThrow(TypeError);
  });

  test('twice of one name: two of them would share sessions and nothing else', () => {
    const manager = createManager({ providers: [memory()] });
    const options: Options = { manager, secret, policy: policies.aal2() };
    createSessionManager(options);
    expect(() => createSessionManager(options)).toThrow(/exists with other options/);
  });
});

describe('a call is refused', () => {
  const manager = createManager({ providers: [memory()] });
  const sessions = createSessionManager({ manager, secret, policy: policies.aal2() });

  test.each<[string, () => Promise<unknown>]>([
    ['a session of an empty name', () => sessions.create({ subject: '' })],
    ['a session of a number', () => sessions.create({ subject: 7 as unknown as string })],
    ['a log-in of nobody', () => sessions.login(undefined, { subject: null as unknown as string })],
    ['an unknown profile', () => sessions.create({ profile: 'long' })],
    ['an end that has passed', () => sessions.create({ notAfter: 1 })],
    ['data that are none', () => sessions.create({ data: { now: () => 1 } })],
    ['a list of nobody', () => sessions.list('')],
    ['an end of nobody’s', () => sessions.revokeAll('')],
    ['a rotation with a grace of 0', () => sessions.rotate(undefined, { grace: 0 })],
    ['an updater that is none', () => sessions.update('', 'x' as unknown as () => undefined)],
    ['a step up by nothing', () => sessions.stepUp('x')],
  ])('%s', async (_, call) => {
    await expect(call()).rejects.toThrow(TypeError);
  });

  test('an event that there is not', () => {
    expect(() => sessions.on('create' as 'created', () => undefined)).toThrow(/the events are created/);
  });

  test('a step up of a session of nobody: that is a log-in', async () => {
    const { token } = await sessions.create();
    await expect(sessions.stepUp(token.reveal(), 'pwd')).rejects.toThrow(/call login/);
  });
});

describe('a schema', () => {
  test('judges the data of each write, and infers their type', async () => {
    const manager = createManager({ providers: [memory()] });
    const schema = z.object({ count: z.number(), name: z.string().optional() });
    const sessions = createSessionManager({
      manager,
      secret,
      policy: policies.aal2(),
      schema,
      initial: () => ({ count: 0 }),
    });
    const { token, session } = await sessions.create({ subject: 'ann' });
    const count: number = session.data.count;
    expect(count).toBe(0);
    const text = token.reveal();
    await expect(sessions.patch(text, { count: 'x' as unknown as number })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      issues: [{ path: ['data', 'count'] }],
    });
    expect((await sessions.patch(text, { name: 'Ann' }))?.data).toEqual({ count: 0, name: 'Ann' });
    expect((await sessions.get(text))?.data).toEqual({ count: 0, name: 'Ann' });
    await expect(sessions.create({ data: {} as { count: number } })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
    });
  });
  test('what it makes of the data is what the session has from the start', async () => {
    const manager = createManager({ providers: [memory()] });
    const schema = z.object({ name: z.string().trim().default('nobody') });
    const sessions = createSessionManager({ manager, secret, policy: policies.aal2(), schema });
    const { token, session } = await sessions.create({ data: { name: ' Ann ' } });
    expect(session.data).toEqual({ name: 'Ann' });
    expect((await sessions.get(token.reveal()))?.data).toEqual({ name: 'Ann' });
  });
});
