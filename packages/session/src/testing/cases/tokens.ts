/** Tokens: what is one, and what becomes of one that was replaced. */
import assert from 'node:assert/strict';
import { fakeClock, spy } from '@cache/core/testing';
import { HOUR, IDLE, MINUTE, type KitSessions, type SessionCase } from '../case.ts';

const GRACE = 10_000;
const LATE = MINUTE;
const rotating = { policy: { idle: IDLE, absolute: 12 * HOUR, grace: GRACE }, reuse: { lateFor: LATE } };

/** What a client may send in the place of a token. */
const ODD: readonly unknown[] = [
  '',
  '.',
  'x'.repeat(71),
  `ab.${'x'.repeat(67)}`,
  `ab.${'x'.repeat(69)}`,
  `ab.${'x'.repeat(67)}\0`,
  `ab.${'x'.repeat(67)}\n`,
  `ab.${'x'.repeat(66)}\r\n`,
  `ab.${'x'.repeat(67)}=`,
  `{a.${'x'.repeat(68)}`,
  `../${'x'.repeat(68)}`,
  '__proto__',
  'x'.repeat(1_000_000),
  undefined,
  null,
  0,
  {},
  ['a'],
];

export const tokens: readonly SessionCase[] = [
  {
    id: 'T32',
    name: 'what cannot be a token is null, and asks the provider nothing',
    async run(h) {
      let calls = (): number => 0;
      const sessions = h.process({}, (provider) => {
        const spied = spy(provider);
        calls = () => spied.calls().length;
        return spied.provider;
      });
      await sessions.ready();
      const before = calls();
      for (const odd of ODD) {
        assert.equal(await sessions.get(odd), null);
        assert.equal(await sessions.touch(odd), null);
        assert.equal(await sessions.update(odd, () => ({ count: 1 })), null);
        assert.equal(await sessions.rotate(odd), null);
        assert.equal(await sessions.stepUp(odd, 'otp'), null);
        assert.equal(await sessions.revoke(odd), false);
      }
      assert.equal(calls(), before);
    },
  },
  {
    id: 'unlinkable',
    name: 'the tokens of a subject lead to one place, or on demand to any, and its sessions end together all the same',
    async run(h) {
      for (const unlinkable of [false, true]) {
        const sessions = h.process({ unlinkable, limit: undefined, name: `unlinkable-${unlinkable}` });
        const made = await Promise.all(Array.from({ length: 20 }, () => sessions.create({ subject: 'ann' })));
        const routes = made.map(({ token }) => token.reveal().slice(0, 2));
        assert.equal(new Set(routes).size > 1, unlinkable);
        const found = made.map(({ token }) => sessions.get(token.reveal()));
        assert.ok((await Promise.all(found)).every((session) => session?.subject === 'ann'));
        assert.equal((await sessions.list('ann')).length, 20);
        assert.equal(await sessions.revokeAll('ann'), 20);
      }
    },
  },
  {
    id: 'SMCS strict mode',
    name: 'the token of no session writes nothing, and is told',
    async run(h) {
      const { token } = await h.process().create({ subject: 'ann' });
      await h.process().revoke(token.reveal());
      let writes = (): number => 0;
      const sessions = h.process({}, (provider) => {
        const spied = spy(provider);
        writes = () => spied.calls().filter(({ method }) => WRITES.has(method)).length;
        return spied.provider;
      });
      const told: unknown[] = [];
      sessions.on('unknownToken', (event) => told.push(event));
      assert.equal(await sessions.get(token.reveal()), null);
      assert.equal(await sessions.touch(token.reveal()), null);
      assert.equal(await sessions.update(token.reveal(), () => ({ count: 1 })), null);
      assert.equal(writes(), 0);
      assert.deepEqual(told[0], { malformed: false });
    },
  },
  {
    id: 'T30',
    name: 'what lies in the store cannot be presented',
    async run(h) {
      const sessions = h.process();
      const { token, session } = await sessions.create({ subject: 'ann' });
      assert.ok(!token.reveal().includes(session.id.slice(2)));
      assert.equal(await sessions.get(session.id), null);
      assert.equal(await sessions.get(`${session.id.slice(0, 2)}.${session.id.slice(2)}`), null);
      const [listed] = await sessions.list('ann');
      assert.equal(listed?.id, session.id);
    },
  },
  {
    id: 'proof',
    name: 'the handle of a session without its proof opens nothing',
    async run(h) {
      const sessions = h.process({ reuse: { lateFor: LATE, action: 'event' } });
      const { token } = await sessions.create({ subject: 'ann' });
      const handle = token.reveal().slice(0, 27);
      assert.equal(await sessions.get(`${handle}${'A'.repeat(44)}`), null);
      const changed = token.reveal().endsWith('A') ? 'B' : 'A';
      assert.equal(await sessions.get(`${token.reveal().slice(0, -1)}${changed}`), null);
      assert.notEqual(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'T35',
    name: 'ten requests with the old token within its grace are all served, and one gets the new token',
    async run(h) {
      const [one, other] = [h.process(rotating), h.process(rotating)];
      const { token } = await one.create({ subject: 'ann' });
      const bystander = await one.create({ subject: 'ann' });
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : other).rotate(token.reveal())),
      );
      assert.ok(outcomes.every((outcome) => outcome !== null && outcome !== undefined));
      const made = outcomes.flatMap((outcome) => outcome?.token ?? []);
      assert.equal(made.length, 1);
      await h.pass(GRACE - 1);
      assert.notEqual(await one.get(token.reveal()), null);
      assert.notEqual(await one.get(made[0]?.reveal()), null);

      const reused: unknown[] = [];
      one.on('reuseDetected', ({ subject }) => reused.push(subject));
      await h.pass(1);
      assert.equal(await one.get(token.reveal()), null, 'T36: after the grace');
      assert.deepEqual(reused, [], 'a request that was under way');
      await h.pass(LATE);
      assert.equal(await one.get(token.reveal()), null);
      assert.deepEqual(reused, ['ann']);
      assert.equal(await one.get(made[0]?.reveal()), null, 'the stolen session goes on');
      assert.notEqual(await one.get(bystander.token.reveal()), null, 'another session of the subject ended');
    },
  },
  {
    id: 'T36',
    name: 'a token that was replaced several times over is known for ever, and never good again',
    async run(h) {
      const sessions = h.process({ ...rotating, reuse: { lateFor: LATE, action: 'event' } });
      const first = await sessions.create({ subject: 'ann' });
      let { token } = first;
      for (let turn = 0; turn < 3; turn += 1) {
        await h.pass(GRACE + LATE);
        token = (await sessions.rotate(token.reveal()))?.token ?? token;
      }
      await h.pass(GRACE + LATE);
      let reused = 0;
      sessions.on('reuseDetected', () => (reused += 1));
      assert.equal(await sessions.get(first.token.reveal()), null);
      assert.equal(reused, 1);
      assert.equal((await sessions.get(token.reveal()))?.turn, 3);
    },
  },
  {
    id: 'refusals',
    name: 'whoever watches is told why no session was given, once for each token',
    async run(h) {
      const options = { ...rotating, binding: { ip: 'revoke' as const } };
      const sessions = h.process(options);
      const told: string[] = [];
      const watch = (watched: KitSessions): void =>
        void watched.on('refused', ({ reason }) => told.push(reason));
      watch(sessions);
      const made = async (): Promise<string> =>
        (await sessions.create({ subject: 'ann', device: { ip: '10.0.0.1' } })).token.reveal();
      await sessions.get('no token');
      const gone = await made();
      await sessions.revoke(gone);
      await sessions.get(gone);
      const [idle, expired] = [await made(), await made()];
      const later = [IDLE, 12 * HOUR].map((ms) =>
        h.process({ ...options, clock: fakeClock(h.clock.now() + ms) }),
      ) as [KitSessions, KitSessions];
      for (const each of later) watch(each);
      await later[0].get(idle);
      await later[1].get(expired);
      const replaced = await made();
      await sessions.rotate(replaced);
      await h.pass(GRACE);
      await sessions.get(replaced);
      await h.pass(LATE);
      await sessions.get(replaced);
      const bound = await made();
      await sessions.get(bound, { ip: '10.0.0.2' });
      assert.equal((await sessions.get(await made(), { ip: '10.0.0.1' }))?.subject, 'ann');
      assert.deepEqual(told, ['malformed', 'unknown', 'idle', 'expired', 'late', 'reused', 'binding']);
      assert.equal(sessions.stats().refused, 5);
    },
  },
  {
    id: 'T37',
    name: 'after a revocation an old token within its grace makes no successor',
    async run(h) {
      const sessions = h.process(rotating);
      const { token } = await sessions.create({ subject: 'ann' });
      const rotated = await sessions.rotate(token.reveal());
      await sessions.revoke(rotated?.token?.reveal());
      assert.equal(await sessions.rotate(token.reveal()), null);
      assert.equal(await sessions.get(token.reveal()), null);
    },
  },
  {
    id: 'T21',
    name: 'of concurrent rotations without grace one wins, and one beside a revocation leaves no session',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      for (let round = 0; round < h.rounds; round += 1) {
        const { token } = await one.create({ subject: 'ann' });
        const rotated = await Promise.all([one.rotate(token.reveal()), other.rotate(token.reveal())]);
        const winners = rotated.flatMap((outcome) => outcome?.token ?? []);
        assert.equal(winners.length, 1);
        assert.equal(await one.get(token.reveal()), null, 'the old token is good without a grace');
        const [winner] = winners;
        const [again] = await Promise.all([one.rotate(winner?.reveal()), other.revoke(winner?.reveal())]);
        assert.equal(await other.get(winner?.reveal()), null);
        assert.equal(await one.get(again?.token?.reveal()), null);
      }
      assert.equal(await one.count('ann'), 0);
    },
  },
  {
    id: 'T16',
    name: 'a hundred rotations leave one session, and a session of nobody is listed under nobody',
    async run(h) {
      const sessions = h.process();
      let { token } = await sessions.create({ subject: 'ann' });
      await sessions.create();
      for (let turn = 0; turn < 100; turn += 1)
        token = (await sessions.rotate(token.reveal()))?.token ?? token;
      const [listed, ...others] = await sessions.list('ann', { current: token.reveal() });
      assert.equal(listed?.turn, 100);
      assert.equal(listed?.current, true);
      assert.deepEqual(others, []);
      assert.equal(await sessions.count('null'), 0);
    },
  },
];

/** Of an engine, and of a store. */
const WRITES: ReadonlySet<string> = new Set([
  'write',
  'remove',
  'take',
  'touch',
  'expire',
  'put',
  'delete',
  'acquire',
]);
