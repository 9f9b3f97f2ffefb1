/** A store that fails, and what leaks. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isCacheError, type Provider } from '@cache/core';
import { chaos, intercept, type Weather } from '@cache/core/testing';
import type { SessionToken } from '../../token.ts';
import { MINUTE, type SessionCase } from '../case.ts';

export const failures: readonly SessionCase[] = [
  {
    id: 'T38',
    name: 'a store that fails is an error, never a missing session, and loses none',
    async run(h) {
      const healthy = h.process();
      const { token } = await healthy.create({ subject: 'ann' });
      let weather: Weather | undefined;
      const sessions = h.process({}, (provider) => chaos(provider, () => weather, h.clock));
      const text = token.reveal();
      assert.notEqual(await sessions.get(text), null);
      weather = { fault: 'fail' };
      const calls = [
        () => sessions.get(text),
        () => sessions.require(text),
        () => sessions.touch(text),
        () => sessions.update(text, () => ({ count: 1 })),
        () => sessions.rotate(text),
        () => sessions.stepUp(text, 'otp'),
        () => sessions.revoke(text),
        () => sessions.revokeAll('ann'),
        () => sessions.revokeAll('ann', { except: text }),
        () => sessions.revokeById('ann', 'some id'),
        () => sessions.list('ann'),
        () => sessions.count('ann'),
        () => sessions.create({ subject: 'ann' }),
        () => sessions.login(text, { subject: 'ann' }),
        () => sessions.revokeEverything(),
      ];
      for (const call of calls) await assert.rejects(call(), (error) => isCacheError(error, 'UNAVAILABLE'));
      weather = undefined;
      assert.equal((await sessions.get(text))?.subject, 'ann');
      assert.equal(await sessions.count('ann'), 1);
    },
  },
  {
    id: 'T38 background',
    name: 'a note of use that fails in the background is told, and the request is served',
    async run(h) {
      const { token } = await h.process().create({ subject: 'ann' });
      const sessions = h.process({}, (provider) =>
        chaos(provider, ({ method }) => (WRITES.has(method) ? { fault: 'fail' } : undefined), h.clock),
      );
      const told: unknown[] = [];
      sessions.on('error', ({ operation }) => told.push(operation));
      await h.pass(2 * MINUTE);
      assert.notEqual(await sessions.get(token.reveal()), null);
      await sessions.close();
      assert.deepEqual(told, ['touch']);
    },
  },
  {
    id: 'ASVS 16.2.5',
    name: 'no token and no secret of one is in an event, an error, a key or a value',
    async run(h) {
      const seen: unknown[] = [];
      const sessions = h.process({ limit: undefined }, (provider) =>
        intercept<Provider>(provider, (call, run) => {
          seen.push(call.args);
          return run();
        }),
      );
      for (const event of EVENTS) sessions.on(event, (payload) => seen.push(payload));
      const secrets = new Set<string>();
      const note = (token: SessionToken | null | undefined): string => {
        const text = token?.reveal() ?? '';
        assert.ok(text.length > 60);
        seen.push(token?.toString(), JSON.stringify({ token }), inspect({ token }, { depth: 9 }));
        secrets.add(text).add(text.slice(3)).add(text.slice(3, 27)).add(text.slice(27));
        return text;
      };
      const first = note((await sessions.create({ subject: 'ann', amr: ['pwd'] })).token);
      await h.pass(2 * MINUTE);
      await sessions.get(first);
      await sessions.patch(first, { count: 1 });
      const second = note((await sessions.rotate(first))?.token);
      const third = note((await sessions.stepUp(second, 'otp'))?.token);
      const fourth = note((await sessions.login(third, { subject: 'ann' })).token);
      note((await sessions.impersonate(fourth, 'bob', { reason: 'ticket', max: MINUTE })).token);
      await sessions.require(third).catch((error: unknown) => seen.push(error));
      await sessions.require(fourth, { aal: 3 }).catch((error: unknown) => seen.push(error));
      seen.push(await sessions.list('ann', { current: fourth }), sessions.stats());
      await h.pass(2 * MINUTE);
      await sessions.get(third);
      await sessions.revoke(fourth);
      await sessions.close();
      await sessions.get(fourth).catch((error: unknown) => seen.push(error));
      const everything = seen
        .map((each) =>
          inspect(each, { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: true }),
        )
        .join('\n');
      const bytes = Buffer.concat(bytesIn(seen)).toString('latin1');
      for (const secret of secrets) {
        assert.ok(!everything.includes(secret), 'a secret is in what is told or stored');
        assert.ok(!bytes.includes(secret), 'a secret is in stored bytes');
      }
    },
  },
  {
    id: 'ASVS 16.2.5 subjects',
    name: 'no key and no term names a subject',
    async run(h) {
      const names: string[] = [];
      const sessions = h.process({}, (provider) =>
        intercept<Provider>(provider, (call, run) => {
          names.push(...call.args.filter((argument) => typeof argument === 'string'));
          const write = call.args[1] as { readonly terms?: readonly string[] } | undefined;
          names.push(...(write?.terms ?? []));
          return run();
        }),
      );
      const { token } = await sessions.create({ subject: 'ann@example.org' });
      await sessions.list('ann@example.org');
      await sessions.patch(token.reveal(), { count: 1 });
      await sessions.revokeAll('ann@example.org');
      assert.ok(names.length > 3);
      assert.ok(!names.some((name) => name.includes('ann@') || name.includes('example')));
    },
  },
  {
    id: 'secret',
    name: 'with another secret nobody has a session, and the old ones are not left out of a removal',
    async run(h) {
      const before = h.process();
      const { token } = await before.create({ subject: 'ann' });
      const after = h.process({ secret: new Uint8Array(32).fill(8) });
      assert.equal(await after.get(token.reveal()), null);
      assert.equal(await after.revokeAll('ann'), 0);
      assert.notEqual(await before.get(token.reveal()), null);
    },
  },
];

const WRITES: ReadonlySet<string> = new Set(['write', 'put']);

const EVENTS = [
  'created',
  'touched',
  'updated',
  'rotated',
  'revoked',
  'revokedAll',
  'expired',
  'evicted',
  'denied',
  'refused',
  'unknownToken',
  'reuseDetected',
  'bindingChanged',
  'corrupt',
  'error',
] as const;

/** Every array of bytes in `value`, however deep. */
function bytesIn(value: unknown, into: Uint8Array[] = [], met = new Set<unknown>()): Uint8Array[] {
  if (typeof value !== 'object' || value === null || met.has(value)) return into;
  met.add(value);
  if (value instanceof Uint8Array) into.push(value);
  else for (const member of Object.values(value)) bytesIn(member, into, met);
  return into;
}
