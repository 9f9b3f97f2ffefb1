/** Making one session for a request, which may be repeated. */
import assert from 'node:assert/strict';
import type { Provider } from '@cache/core';
import { gate, intercept } from '@cache/core/testing';
import { isSessionError } from '../../session-error.ts';
import type { SessionCase, SessionHarness } from '../case.ts';

export const repeating: readonly SessionCase[] = [
  {
    id: 'idempotency',
    name: 'a request that is repeated, at the same time or later, gets the one session that was made for it',
    async run(h) {
      const processes = [h.process(), h.process()];
      const input = { subject: 'ann', data: { count: 1 }, idempotencyKey: 'request' };
      const made = await inTime(
        h,
        Promise.all([...processes, ...processes, ...processes].map((each) => each.create(input))),
      );
      made.push(await h.process().create(input));
      assert.equal(new Set(made.map(({ token }) => token.reveal())).size, 1);
      assert.equal(new Set(made.map(({ session }) => session.id)).size, 1);
      const [{ token, session }] = made as [(typeof made)[number]];
      assert.equal((await h.process().get(token.reveal()))?.data.count, 1);
      const others = await Promise.all([
        processes[0]?.create({ ...input, subject: 'bob' }),
        processes[0]?.create({ ...input, subject: null }),
        processes[0]?.create({ ...input, idempotencyKey: 'other' }),
        processes[0]?.create({ subject: 'ann' }),
      ]);
      assert.equal(new Set([session.id, ...others.map((other) => other?.session.id)]).size, 5);
      assert.equal(await h.process().count('ann'), 3);
    },
  },
  {
    id: 'idempotency login',
    name: 'a log-in that is repeated with the token that it replaced gets the session that it made',
    async run(h) {
      const sessions = h.process();
      for (const subject of ['ann', null]) {
        const old = await sessions.create({ subject });
        const input = { subject: 'ann', idempotencyKey: `of ${String(subject)}` };
        const first = await sessions.login(old.token.reveal(), input);
        const again = await sessions.login(old.token.reveal(), input);
        assert.equal(again.token.reveal(), first.token.reveal());
      }
      assert.equal(await sessions.count('ann'), 2);
    },
  },
  {
    id: 'idempotency lost',
    name: 'a request whose process hears no more of it is repeated by another, and finds the session that it made',
    async run(h) {
      const held = gate();
      const silent = h.process({}, (provider) =>
        intercept<Provider>(
          provider,
          ({ space, method }, run) => {
            const isWrite = method === 'write' || method === 'put';
            return isWrite && !space.includes('requests') ? heldBack(run(), held.pass) : run();
          },
          provider.kind === 'engine' ? { synchronous: false } : {},
        ),
      );
      const other = h.process();
      const input = { subject: 'ann', idempotencyKey: 'request' };
      const first = silent.create(input);
      await held.arrivals();
      const { token, session } = await other.create(input);
      assert.equal((await other.get(token.reveal()))?.id, session.id);
      assert.equal(await other.count('ann'), 1);
      held.open();
      assert.equal((await first).token.reveal(), token.reveal());
    },
  },
  {
    id: 'idempotency ended',
    name: 'a request is not repeated once its session has ended, or its token was replaced',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const isSpent = (error: unknown): boolean => isSessionError(error, 'SPENT');
      const ended = { subject: 'ann', idempotencyKey: 'ended' };
      const { token } = await one.create(ended);
      await other.revokeAll('ann');
      await assert.rejects(one.create(ended), isSpent);
      await assert.rejects(other.create(ended), isSpent);
      assert.equal(await one.get(token.reveal()), null);
      const replaced = { subject: 'ann', idempotencyKey: 'replaced' };
      const first = await one.create(replaced);
      assert.notEqual(await other.rotate(first.token.reveal()), null);
      await assert.rejects(one.create(replaced), isSpent);
      assert.equal(await one.count('ann'), 1);
      await assert.rejects(one.create({ subject: 'ann', idempotencyKey: '' }), TypeError);
    },
  },
];

async function heldBack(answer: unknown, hold: () => Promise<unknown>): Promise<unknown> {
  const given = await answer;
  await hold();
  return given;
}

/** Where a store can tell nobody, those who wait for it look again by the clock. */
async function inTime<X>(h: SessionHarness, work: Promise<X>): Promise<X> {
  const waiting = new Set([work]);
  const end = (): unknown => waiting.clear();
  work.then(end, end);
  while (h.traits.exactTime && waiting.size > 0) await h.pass(10);
  return work;
}
