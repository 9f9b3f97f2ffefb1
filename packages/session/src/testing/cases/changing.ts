/** Changes of a session's data. */
import assert from 'node:assert/strict';
import { gate } from '@cache/core/testing';
import { IDLE, MINUTE, type SessionCase } from '../case.ts';
import { holdingAnswers, holdingCalls } from '../holding.ts';

export const changing: readonly SessionCase[] = [
  {
    id: 'T15',
    name: 'of fifty concurrent changes in two processes none is lost',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const { token } = await one.create({ subject: 'ann' });
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          (n % 2 === 0 ? one : other).update(token.reveal(), ({ count = 0 }) => ({ count: count + 1 })),
        ),
      );
      const session = await other.get(token.reveal());
      assert.equal(session?.data.count, 50);
      assert.equal(session?.version, 50);
    },
  },
  {
    id: 'T10',
    name: 'a change of a session that is not there is null and makes none',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann' });
      await sessions.revoke(token.reveal());
      assert.equal(await sessions.update(token.reveal(), () => ({ count: 1 })), null);
      assert.equal(await sessions.patch(token.reveal(), { count: 1 }), null);
      assert.equal(await sessions.touch(token.reveal()), null);
      assert.equal(await sessions.rotate(token.reveal()), null);
      assert.equal(await sessions.stepUp(token.reveal(), 'otp'), null);
      assert.equal(await sessions.flash(token.reveal(), 'notice'), undefined);
      assert.equal(await sessions.get(token.reveal()), null);
      assert.equal(await sessions.count('ann'), 0);
    },
  },
  {
    id: 'T13',
    name: 'a note of use and a change of data at the same time keep each other',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        const { token } = await one.create({ subject: 'ann', data: { count: 0 } });
        await h.pass(2 * MINUTE);
        await Promise.all([
          one.touch(token.reveal()),
          other.patch(token.reveal(), { notice: 'kept' }),
          other.update(token.reveal(), (data) => ({ ...data, count: (data.count ?? 0) + 1 })),
        ]);
        const session = await one.get(token.reveal(), { touch: false });
        assert.deepEqual(session?.data, { count: 1, notice: 'kept' });
        assert.equal(session?.lastSeenAt, h.clock.now());
      }
    },
  },
  {
    id: 'T13 late',
    name: 'a note of use that arrives after a change does not bring the old data back',
    async run(h) {
      const one = h.process();
      const { token } = await one.create({ subject: 'ann', data: { count: 0 } });
      const held = gate();
      const slow = h.process({}, holdingAnswers(['get', 'read'], held.pass));
      await h.pass(2 * MINUTE);
      const touching = slow.touch(token.reveal());
      await held.arrivals();
      await one.patch(token.reveal(), { count: 1 });
      held.open();
      assert.equal((await touching)?.data.count, 1);
      const session = await one.get(token.reveal(), { touch: false });
      assert.equal(session?.data.count, 1);
      assert.equal(session?.lastSeenAt, h.clock.now());
    },
  },
  {
    id: 'T14',
    name: 'a change of data keeps the end that a use gave',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann' });
      await h.pass(IDLE / 2);
      await sessions.touch(token.reveal());
      await sessions.patch(token.reveal(), { count: 1 });
      await h.pass(IDLE - 1);
      assert.notEqual(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'flash',
    name: 'what is taken out of the data is taken once',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const { token } = await one.create({ subject: 'ann', data: { notice: 'saved', count: 1 } });
      const taken = await Promise.all(
        [one, other, one, other].map((sessions) => sessions.flash(token.reveal(), 'notice')),
      );
      assert.deepEqual(
        taken.filter((notice) => notice !== undefined),
        ['saved'],
      );
      const before = await one.get(token.reveal());
      assert.deepEqual(before?.data, { count: 1 });
      assert.equal(
        await one.flash(token.reveal(), 'constructor' as never),
        undefined,
        'what every object has',
      );
      assert.equal((await one.get(token.reveal()))?.version, before?.version);
    },
  },
  {
    id: 'flash late',
    name: 'nothing is taken out of the data of a session that ends before it is',
    async run(h) {
      const one = h.process();
      const held = gate();
      const slow = h.process({}, holdingCalls(['write', 'put'], held.pass));
      const { token } = await one.create({ subject: 'ann', data: { notice: 'saved' } });
      const taken = slow.flash(token.reveal(), 'notice');
      await held.arrivals();
      await one.revoke(token.reveal());
      held.open();
      assert.equal(await taken, undefined);
    },
  },
  {
    id: 'update',
    name: 'an updater that throws rejects its own call, and one that gives nothing changes nothing',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann', data: { count: 1 } });
      const fault = new Error('of the program');
      const thrown = sessions.update(token.reveal(), () => {
        throw fault;
      });
      const [failed, unchanged, changed] = await Promise.allSettled([
        thrown,
        sessions.update(token.reveal(), () => undefined),
        sessions.patch(token.reveal(), { count: 2 }),
      ]);
      assert.deepEqual(failed, { status: 'rejected', reason: fault });
      assert.equal(unchanged.status, 'fulfilled');
      assert.equal(changed.status === 'fulfilled' && changed.value?.version, 1);
      assert.equal((await sessions.get(token.reveal()))?.data.count, 2);
    },
  },
  {
    id: 'isolation',
    name: 'what a program does to data it gave or got changes no session',
    async run(h) {
      const sessions = h.process();
      const cart = ['tea'];
      const { token, session } = await sessions.create({ subject: 'ann', data: { cart } });
      cart.push('added by the caller');
      assert.deepEqual(session.data.cart, ['tea']);
      const read = await sessions.get(token.reveal());
      try {
        ((read?.data.cart ?? []) as string[]).push('added by a reader');
      } catch (error) {
        assert.ok(error instanceof TypeError, 'a frozen value');
      }
      assert.deepEqual((await sessions.get(token.reveal()))?.data.cart, ['tea']);
    },
  },
];
