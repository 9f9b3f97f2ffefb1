/** How many sessions a subject may have at a time. */
import assert from 'node:assert/strict';
import { isSessionError } from '../../session-error.ts';
import type { Issued } from '../../session.ts';
import { HOUR, IDLE, MINUTE, needsExactTime, needsLimits, type KitData, type SessionCase } from '../case.ts';

const MOST = 3;
const limited = (onExceeded: 'deny' | 'evict-lru' | 'evict-oldest', max: number = MOST) =>
  ({ limit: { max, onExceeded } }) as const;

const isDenied = (error: unknown): boolean => isSessionError(error, 'SESSION_LIMIT');

export const limits: readonly SessionCase[] = [
  {
    id: 'T24 deny',
    name: 'of twenty log-ins at a time as many succeed as there may be',
    needs: needsLimits,
    async run(h) {
      const [one, other] = [h.process(limited('deny')), h.process(limited('deny'))];
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, n) => (n % 2 === 0 ? one : other).create({ subject: 'ann' })),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(refused.length, 20 - MOST);
      assert.ok(refused.every(({ reason }) => isDenied(reason)));
      assert.equal(await one.count('ann'), MOST);
    },
  },
  ...(['evict-lru', 'evict-oldest'] as const).map((policy): SessionCase => ({
    id: `T24 ${policy}`,
    name: 'twenty log-ins at a time leave as many sessions as there may be, no more and no fewer',
    needs: needsLimits,
    async run(h) {
      const [one, other] = [h.process(limited(policy)), h.process(limited(policy))];
      const issued = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => (n % 2 === 0 ? one : other).create({ subject: 'ann' })),
      );
      assert.equal(await one.count('ann'), MOST);
      const valid = await Promise.all(issued.map((each) => other.get(each?.token.reveal())));
      assert.equal(valid.filter((session) => session !== null).length, MOST);
    },
  })),
  {
    id: 'evict-oldest',
    name: 'the session that was made first goes, however much it is used',
    needs: needsLimits,
    async run(h) {
      const sessions = h.process(limited('evict-oldest'));
      const gone: string[] = [];
      sessions.on('evicted', ({ id }) => gone.push(id));
      const issued: Issued<KitData>[] = [];
      for (let n = 0; n < MOST; n += 1) {
        issued.push(await sessions.create({ subject: 'ann' }));
        await h.pass(2 * MINUTE);
      }
      const [first] = issued;
      await sessions.touch(first?.token.reveal());
      await sessions.patch(first?.token.reveal(), { count: 1 });
      await sessions.create({ subject: 'ann' });
      assert.deepEqual(gone, [first?.session.id]);
      assert.equal(await sessions.get(first?.token.reveal()), null);
    },
  },
  {
    id: 'evict-lru',
    name: 'the session that was used least recently goes',
    needs: (traits) => needsLimits(traits) ?? needsExactTime(traits),
    async run(h) {
      const sessions = h.process(limited('evict-lru'));
      const issued: Issued<KitData>[] = [];
      for (let n = 0; n < MOST; n += 1) {
        issued.push(await sessions.create({ subject: 'ann' }));
        await h.pass(2 * MINUTE);
      }
      const [first, second] = issued;
      await sessions.touch(first?.token.reveal());
      await h.pass(1);
      await sessions.create({ subject: 'ann' });
      assert.notEqual(await sessions.get(first?.token.reveal()), null);
      assert.equal(await sessions.get(second?.token.reveal()), null);
    },
  },
  ...(['evict-lru', 'evict-oldest'] as const).map((policy): SessionCase => ({
    id: `told ${policy}`,
    name: 'what had to go for a limit is told, once, by its id',
    needs: needsLimits,
    async run(h) {
      const sessions = h.process(limited(policy, 1));
      const gone: unknown[] = [];
      sessions.on('evicted', (event) => gone.push(event));
      const { session } = await sessions.create({ subject: 'ann' });
      await sessions.create({ subject: 'ann' });
      assert.deepEqual(gone, [{ id: session.id, cause: 'limit' }]);
    },
  })),
  ...(['evict-lru', 'evict-oldest'] as const).map((policy): SessionCase => ({
    id: `T26 ${policy}`,
    name: 'a subject far above a limit that was lowered is brought to it by one log-in',
    needs: needsLimits,
    async run(h) {
      const before = h.process(limited(policy, 10));
      for (let n = 0; n < 10; n += 1) await before.create({ subject: 'ann' });
      const { token } = await h.process(limited(policy)).create({ subject: 'ann' });
      assert.equal(await before.count('ann'), MOST);
      assert.notEqual(await before.get(token.reveal()), null);
    },
  })),
  {
    id: 'T26 idle',
    name: 'a session that has ended takes no seat',
    needs: (traits) => needsLimits(traits) ?? needsExactTime(traits),
    async run(h) {
      const sessions = h.process(limited('deny'));
      for (let n = 0; n < MOST; n += 1) await sessions.create({ subject: 'ann' });
      await assert.rejects(sessions.create({ subject: 'ann' }), isDenied);
      await h.pass(IDLE);
      for (let n = 0; n < MOST; n += 1) await sessions.create({ subject: 'ann' });
      await assert.rejects(sessions.create({ subject: 'ann' }), isDenied);
    },
  },
  {
    id: 'T27',
    name: 'a rotation, a further authentication and a log-in in the place of a session take no second seat',
    needs: needsLimits,
    async run(h) {
      const sessions = h.process(limited('deny', 1));
      const { token } = await sessions.create({ subject: 'ann' });
      const rotated = await sessions.rotate(token.reveal());
      const stepped = await sessions.stepUp(rotated?.token?.reveal(), 'otp');
      assert.ok(stepped !== null);
      const again = await sessions.login(stepped.token.reveal(), { subject: 'ann' });
      assert.notEqual(await sessions.get(again.token.reveal()), null);
      assert.equal(await sessions.count('ann'), 1);
    },
  },
  {
    id: 'T28',
    name: 'a refusal for the limit is told as one, and costs a visitor nothing',
    needs: needsLimits,
    async run(h) {
      const sessions = h.process(limited('deny', 1));
      const denied: unknown[] = [];
      sessions.on('denied', (event) => denied.push(event));
      await sessions.create({ subject: 'ann' });
      const visitor = await sessions.create({ data: { cart: ['tea'] } });
      await assert.rejects(sessions.login(visitor.token.reveal(), { subject: 'ann', keep: 'all' }), isDenied);
      assert.deepEqual(denied, [{ subject: 'ann', max: 1 }]);
      assert.equal(sessions.stats().denied, 1);
      assert.equal(sessions.stats().refused, 0);
      assert.deepEqual((await sessions.get(visitor.token.reveal()))?.data.cart, ['tea']);
    },
  },
  {
    id: 'limit each',
    name: 'each subject has a limit of its own; visitors and impersonations take no seat',
    needs: needsLimits,
    async run(h) {
      const max = (subject: string): number => (subject === 'ann' ? 1 : 2);
      const sessions = h.process({ limit: { max, onExceeded: 'deny' } });
      const ann = await sessions.create({ subject: 'ann' });
      await assert.rejects(sessions.create({ subject: 'ann' }), isDenied);
      await sessions.create({ subject: 'bob' });
      await Promise.all([sessions.create(), sessions.create(), sessions.create()]);
      const how = { reason: 'ticket', max: HOUR };
      await sessions.impersonate(ann.token.reveal(), 'bob', how);
      await sessions.impersonate(ann.token.reveal(), 'bob', how);
      await sessions.create({ subject: 'bob' });
      await assert.rejects(sessions.create({ subject: 'bob' }), isDenied);
      assert.equal(await sessions.revokeAll('bob'), 4);
    },
  },
];
