/** How long a session lasts. */
import assert from 'node:assert/strict';
import { gate } from '@cache/core/testing';
import { ABSOLUTE, IDLE, MINUTE, type SessionCase } from '../case.ts';
import { holdingAnswers } from '../holding.ts';

export const lifetimes: readonly SessionCase[] = [
  {
    id: 'ASVS 7.3.1',
    name: 'a session ends to the millisecond when it has rested for too long, and a use moves that end',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann' });
      const other = await sessions.create({ subject: 'ann' });
      await h.pass(IDLE - 1);
      assert.notEqual(await sessions.touch(token.reveal()), null);
      await h.pass(1);
      assert.equal(await sessions.get(other.token.reveal()), null);
      await h.pass(IDLE - 2);
      assert.notEqual(await sessions.get(token.reveal(), { touch: false }), null);
      await h.pass(1);
      assert.equal(await sessions.get(token.reveal()), null);
      assert.equal(await sessions.touch(token.reveal()), null);
    },
  },
  {
    id: 'ASVS 7.3.2',
    name: 'no use takes a session beyond its absolute end, and no change of its data or token does',
    async run(h) {
      const sessions = h.process();
      let { token } = await sessions.create({ subject: 'ann' });
      const step = IDLE / 2;
      for (let now = step; now < ABSOLUTE; now += step) {
        await h.pass(step);
        const session = await sessions.touch(token.reveal());
        assert.ok(session !== null && session.expiresAt <= session.absoluteExpiresAt);
        await sessions.patch(token.reveal(), { count: now });
        token = (await sessions.rotate(token.reveal()))?.token ?? token;
      }
      await h.pass(step - 1);
      assert.notEqual(await sessions.get(token.reveal(), { touch: false }), null);
      await h.pass(1);
      assert.equal(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'T42',
    name: 'a touch after the absolute end gives nothing and revives nothing',
    async run(h) {
      const sessions = h.process({ policy: { idle: 'forever', absolute: ABSOLUTE } });
      const { token } = await sessions.create({ subject: 'ann' });
      await h.pass(ABSOLUTE);
      assert.equal(await sessions.count('ann'), 0);
      assert.equal(await sessions.touch(token.reveal()), null);
      assert.equal(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'T42 late',
    name: 'a read that takes beyond the end of the rest finds who used the session meanwhile, and takes nothing from him',
    async run(h) {
      const one = h.process();
      const { token } = await one.create({ subject: 'ann' });
      const held = gate();
      const slow = h.process({}, holdingAnswers(['get'], held.pass));
      const told: string[] = [];
      slow.on('expired', ({ id }) => told.push(id));
      await h.pass(IDLE - 1);
      const found = slow.get(token.reveal(), { touch: false });
      await held.arrivals();
      assert.notEqual(await one.touch(token.reveal()), null);
      await h.pass(1);
      held.open();
      assert.notEqual(await found, null);
      await slow.close();
      assert.notEqual(await one.get(token.reveal(), { touch: false }), null);
      assert.deepEqual(told, []);
    },
  },
  {
    id: 'T42 sweep',
    name: 'a sweep takes nothing that was used since it was read',
    async run(h) {
      const one = h.process();
      const { token } = await one.create({ subject: 'ann' });
      const held = gate();
      const slow = h.process({}, holdingAnswers(['get'], held.pass));
      await h.pass(IDLE - 1);
      const swept = slow.sweep();
      await held.arrivals();
      assert.notEqual(await one.touch(token.reveal()), null);
      await h.pass(1);
      held.open();
      assert.equal((await swept).expired, 0);
      assert.notEqual(await one.get(token.reveal(), { touch: false }), null);
    },
  },
  {
    id: 'T22',
    name: 'an update in the last millisecond has a defined end',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann' });
      await h.pass(IDLE - 1);
      assert.equal((await sessions.update(token.reveal(), () => ({ count: 1 })))?.data.count, 1);
      await h.pass(1);
      assert.equal(await sessions.update(token.reveal(), () => ({ count: 2 })), null);
    },
  },
  {
    id: 'T44',
    name: 'a thousand uses within the touch interval are noted once',
    async run(h) {
      const sessions = h.process({ policy: { idle: IDLE, absolute: ABSOLUTE, touchInterval: MINUTE } });
      const { token, session } = await sessions.create({ subject: 'ann' });
      let touched = 0;
      sessions.on('touched', () => (touched += 1));
      await h.pass(MINUTE);
      for (let turn = 0; turn < 10; turn += 1)
        await Promise.all(Array.from({ length: 100 }, () => sessions.get(token.reveal())));
      // Joins the queue of the notes in the background.
      const seen = await sessions.touch(token.reveal());
      assert.equal(touched, 1);
      assert.equal(seen?.lastSeenAt, session.lastSeenAt + MINUTE);
      assert.equal(sessions.stats().touched, 1);
    },
  },
  {
    id: 'T45',
    name: 'the last use is never an earlier instant than it was, whatever the clocks say',
    async run(h) {
      const ahead = h.process();
      const clock = { ...h.clock, now: () => h.clock.now() - 10 * MINUTE };
      const behind = h.process({ clock });
      const { token } = await ahead.create({ subject: 'ann' });
      await h.pass(5 * MINUTE);
      const seen = (await ahead.touch(token.reveal()))?.lastSeenAt;
      assert.equal((await behind.touch(token.reveal()))?.lastSeenAt, seen);
      assert.equal((await ahead.get(token.reveal(), { touch: false }))?.lastSeenAt, seen);
    },
  },
  {
    id: 'NIST 5.2',
    name: 'a further authentication begins both times anew',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
      await h.pass(IDLE - 1);
      const stepped = await sessions.stepUp(token.reveal(), 'otp');
      assert.equal(stepped?.session.expiresAt, h.clock.now() + IDLE);
      assert.equal(stepped?.session.absoluteExpiresAt, h.clock.now() + ABSOLUTE);
      await h.pass(IDLE - 1);
      assert.notEqual(await sessions.get(stepped?.token.reveal()), null);
    },
  },
  {
    id: 'ASVS 7.6.1',
    name: 'a session ends when its identity provider says, however long the policy is',
    async run(h) {
      const sessions = h.process();
      const notAfter = h.clock.now() + MINUTE;
      const { token, session } = await sessions.create({ subject: 'ann', notAfter });
      assert.equal(session.absoluteExpiresAt, notAfter);
      await h.pass(MINUTE - 1);
      assert.notEqual(await sessions.get(token.reveal(), { touch: false }), null);
      await h.pass(1);
      assert.equal(await sessions.get(token.reveal()), null);
      await assert.rejects(sessions.create({ subject: 'ann', notAfter }), TypeError);
    },
  },
];
