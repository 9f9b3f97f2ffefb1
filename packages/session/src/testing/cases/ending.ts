/** Ending sessions, and that what was ended stays so. */
import assert from 'node:assert/strict';
import { fakeClock, gate } from '@cache/core/testing';
import { HOUR, MINUTE, needsExactTime, IDLE, type SessionCase } from '../case.ts';
import { holdingCalls } from '../holding.ts';

export const ending: readonly SessionCase[] = [
  {
    id: 'T6',
    name: 'a revoked session is gone from everywhere',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const { token } = await one.create({ subject: 'ann' });
      assert.equal(await one.revoke(token.reveal()), true);
      assert.equal(await one.revoke(token.reveal()), false);
      assert.equal(await other.get(token.reveal()), null);
      assert.deepEqual(await other.list('ann'), []);
      assert.equal(await other.revokeAll('ann'), 0);
    },
  },
  {
    id: 'T1',
    name: 'all of eight log-ins at a time are listed, and ending the others leaves one',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const issued = await Promise.all(
        Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? one : other).create({ subject: 'ann' })),
      );
      assert.equal(await one.count('ann'), 8);
      const kept = issued[2]?.token.reveal();
      assert.equal(await one.revokeAll('ann', { except: kept }), 7);
      const valid = await Promise.all(issued.map(({ token }) => one.get(token.reveal())));
      assert.deepEqual(
        valid.map((session) => session !== null),
        issued.map((_, n) => n === 2),
      );
      assert.equal(await one.count('ann'), 1);
    },
  },
  {
    id: 'ASVS 7.4.2',
    name: 'ending all sessions of a subject ends those, nobody else’s, and not the next log-in',
    async run(h) {
      const sessions = h.process();
      const ann = [await sessions.create({ subject: 'ann' }), await sessions.create({ subject: 'ann' })];
      const bob = await sessions.create({ subject: 'bob' });
      const visitor = await sessions.create();
      assert.equal(await sessions.revokeAll('ann'), 2);
      for (const { token } of ann) assert.equal(await sessions.get(token.reveal()), null);
      assert.notEqual(await sessions.get(bob.token.reveal()), null);
      assert.notEqual(await sessions.get(visitor.token.reveal()), null);
      const { token } = await sessions.create({ subject: 'ann' });
      assert.notEqual(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'T4',
    name: 'a log-in beside a removal of all is either valid and listed, or neither',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        await one.create({ subject: 'ann' });
        const [issued] = await Promise.all([one.create({ subject: 'ann' }), other.revokeAll('ann')]);
        const isValid = (await other.get(issued.token.reveal())) !== null;
        const listed = await one.list('ann');
        assert.deepEqual(
          listed.map(({ id }) => id),
          isValid ? [issued.session.id] : [],
        );
        await other.revokeAll('ann');
        assert.equal(await one.get(issued.token.reveal()), null);
      }
    },
  },
  {
    id: 'T3',
    name: 'a note of use, a change and a rotation that were under way do not bring a revoked session back',
    async run(h) {
      const one = h.process();
      for (const act of ['touch', 'update', 'rotate', 'stepUp'] as const) {
        const { token } = await one.create({ subject: 'ann', amr: ['pwd'] });
        const held = gate();
        const slow = h.process({}, holdingCalls(['write', 'put'], held.pass));
        await h.pass(2 * MINUTE);
        const text = token.reveal();
        const acts = {
          touch: () => slow.touch(text),
          update: () => slow.update(text, () => ({ count: 1 })),
          rotate: () => slow.rotate(text),
          stepUp: () => slow.stepUp(text, 'otp'),
        };
        const acting = acts[act]();
        await held.arrivals();
        assert.equal(await one.revokeAll('ann'), 1);
        held.open();
        assert.equal(await acting, null, act);
        assert.equal(await one.get(text), null, act);
        assert.equal(await one.count('ann'), 0, act);
      }
    },
  },
  {
    id: 'ASVS 7.4.1',
    name: 'whatever runs beside a revocation, the session is never valid again',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        const { token } = await one.create({ subject: 'ann', data: { count: 0 } });
        await h.pass(2 * MINUTE);
        const text = token.reveal();
        const [, rotated] = await Promise.all([
          one.update(text, () => ({ count: 1 })),
          other.rotate(text, { grace: '1h' }),
          other.get(text),
          one.revoke(text),
          other.touch(text),
          other.patch(text, { count: 2 }),
        ]);
        assert.equal(await one.get(text), null);
        assert.equal(await other.get(rotated?.token?.reveal()), null);
        assert.equal(await one.count('ann'), 0);
      }
    },
  },
  {
    id: 'ASVS 7.4.3',
    name: 'while the others end, the kept session is never missing',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        const { token } = await one.create({ subject: 'ann' });
        await Promise.all([one.create({ subject: 'ann' }), other.create({ subject: 'ann' })]);
        const text = token.reveal();
        const [, ...found] = await Promise.all([
          one.revokeAll('ann', { except: text }),
          ...Array.from({ length: 4 }, () => other.get(text)),
        ]);
        assert.ok(found.every((session) => session !== null));
        assert.equal(await other.count('ann'), 1);
        await one.revokeAll('ann');
      }
    },
  },
  {
    id: 'T35 others',
    name: 'a rotation beside the end of the others does not get away',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        const kept = await one.create({ subject: 'ann' });
        const stolen = await one.create({ subject: 'ann' });
        const [, rotated, stepped] = await Promise.all([
          one.revokeAll('ann', { except: kept.token.reveal() }),
          other.rotate(stolen.token.reveal()),
          other.stepUp(stolen.token.reveal(), 'otp'),
        ]);
        for (const token of [stolen.token, rotated?.token, stepped?.token])
          assert.equal(await one.get(token?.reveal()), null);
        assert.equal(await one.count('ann'), 1);
        await one.revokeAll('ann');
      }
    },
  },
  {
    id: 'except',
    name: 'a token that is no valid session of the subject keeps nothing',
    async run(h) {
      const sessions = h.process();
      const bob = await sessions.create({ subject: 'bob' });
      const { token } = await sessions.create({ subject: 'ann' });
      assert.equal(await sessions.revokeAll('ann', { except: bob.token.reveal() }), 1);
      assert.equal(await sessions.get(token.reveal()), null);
      assert.notEqual(await sessions.get(bob.token.reveal()), null);
      const other = await sessions.create({ subject: 'ann' });
      const rotated = await sessions.rotate(other.token.reveal());
      assert.equal(await sessions.revokeAll('ann', { except: other.token.reveal() }), 1);
      assert.equal(await sessions.get(rotated?.token?.reveal()), null);
    },
  },
  {
    id: 'T50',
    name: 'of two removals of all each session is counted by one',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        await Promise.all(Array.from({ length: 5 }, () => one.create({ subject: 'ann' })));
        const counts = await Promise.all([one.revokeAll('ann'), other.revokeAll('ann')]);
        assert.equal(counts[0] + counts[1], 5);
      }
    },
  },
  {
    id: 'T25',
    name: 'a log-in beside the end of the last session is listed',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < 2 * h.rounds; round += 1) {
        const last = await one.create({ subject: 'ann' });
        const [issued] = await Promise.all([
          one.create({ subject: 'ann' }),
          other.revoke(last.token.reveal()),
        ]);
        assert.deepEqual(
          (await other.list('ann')).map(({ id }) => id),
          [issued.session.id],
        );
        await other.revoke(issued.token.reveal());
      }
    },
  },
  {
    id: 'ASVS 7.5.2',
    name: 'a subject ends a session of its own by its id, and nobody else’s',
    async run(h) {
      const sessions = h.process();
      const { token, session } = await sessions.create({ subject: 'ann', device: { label: 'phone' } });
      assert.equal(await sessions.revokeById('bob', session.id), false);
      assert.equal(await sessions.revokeById('ann', 'no such id'), false);
      assert.notEqual(await sessions.get(token.reveal()), null);
      const [listed] = await sessions.list('ann');
      assert.equal(listed?.device.label, 'phone');
      assert.equal(await sessions.revokeById('ann', listed?.id ?? ''), true);
      assert.equal(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'ASVS 7.4.5',
    name: 'everybody’s sessions end in one call',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const issued = await Promise.all(['ann', 'bob', null].map((subject) => one.create({ subject })));
      await other.revokeEverything();
      for (const { token } of issued) assert.equal(await one.get(token.reveal()), null);
      const { token } = await one.create({ subject: 'ann' });
      assert.notEqual(await other.get(token.reveal()), null);
      assert.equal(await other.count('ann'), 1);
    },
  },
  {
    id: 'T18',
    name: 'what has ended is not listed, and an administrator sees what has not',
    needs: needsExactTime,
    async run(h) {
      const sessions = h.process();
      await Promise.all(Array.from({ length: 200 }, () => sessions.create({ subject: 'ann' })));
      await h.pass(IDLE);
      const { session } = await sessions.create({ subject: 'ann' });
      assert.deepEqual(
        (await sessions.list('ann')).map(({ id }) => id),
        [session.id],
      );
      const seen: string[] = [];
      for await (const { id } of sessions.scan()) seen.push(id);
      assert.deepEqual(seen, [session.id]);
    },
  },
  {
    id: 'T47',
    name: 'of all who sweep, one tells of each session that has ended',
    async run(h) {
      const ahead = fakeClock(h.clock.now() + 13 * HOUR);
      const made = h.process();
      await Promise.all(Array.from({ length: 100 }, () => made.create({ subject: 'ann' })));
      const sweepers = [h.process({ clock: ahead }), h.process({ clock: ahead })];
      const told: string[] = [];
      for (const sweeper of sweepers) sweeper.on('expired', ({ id }) => told.push(id));
      const swept = await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
      assert.equal(told.length, 100);
      assert.equal(new Set(told).size, 100);
      assert.equal(
        swept.reduce((sum, { expired }) => sum + expired, 0),
        100,
      );
      assert.equal(await made.count('ann'), 0);
    },
  },
];
