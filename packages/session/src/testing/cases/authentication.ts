/** Logging in, stepping up, acting for another, and what an action may demand. */
import assert from 'node:assert/strict';
import { isSessionError } from '../../session-error.ts';
import { ABSOLUTE, HOUR, IDLE, MINUTE, type SessionCase } from '../case.ts';

export const authentication: readonly SessionCase[] = [
  {
    id: 'T33',
    name: 'a log-in makes a new id and a new token, and whoever planted the old one has nothing',
    async run(h) {
      const sessions = h.process();
      const planted = await sessions.create();
      const issued = await sessions.login(planted.token.reveal(), { subject: 'ann', amr: ['pwd'] });
      assert.notEqual(issued.session.id, planted.session.id);
      assert.equal(await sessions.get(planted.token.reveal()), null);
      assert.equal((await sessions.get(issued.token.reveal()))?.subject, 'ann');
    },
  },
  {
    id: 'T34',
    name: 'a log-in keeps of the data what it is told to keep',
    async run(h) {
      const sessions = h.process({ initial: () => ({ count: 0 }) });
      const visitor = async (): Promise<string> =>
        (await sessions.create({ data: { cart: ['tea'], notice: 'welcome' } })).token.reveal();
      const login = { subject: 'ann' };
      const none = await sessions.login(await visitor(), login);
      assert.deepEqual(none.session.data, { count: 0 });
      const some = await sessions.login(await visitor(), { ...login, keep: ['cart', 'count'] });
      assert.deepEqual(some.session.data, { count: 0, cart: ['tea'] });
      const all = await sessions.login(await visitor(), { ...login, keep: 'all', data: { count: 1 } });
      assert.deepEqual(all.session.data, { count: 1, cart: ['tea'], notice: 'welcome' });
      assert.deepEqual((await sessions.get(all.token.reveal()))?.data, all.session.data);
    },
  },
  {
    id: 'log-in of another',
    name: 'whoever logs in where somebody else was gets nothing of what that one had',
    async run(h) {
      const sessions = h.process({ initial: () => ({ count: 0 }) });
      const ann = await sessions.create({ subject: 'ann', data: { cart: ['tea'] } });
      const bob = await sessions.login(ann.token.reveal(), { subject: 'bob', keep: 'all' });
      assert.deepEqual(bob.session.data, { count: 0 });
      assert.equal(await sessions.get(ann.token.reveal()), null);
      const again = await sessions.create({ subject: 'ann', data: { cart: ['tea'] } });
      const same = await sessions.login(again.token.reveal(), { subject: 'ann', keep: 'all' });
      assert.deepEqual(same.session.data, { count: 0, cart: ['tea'] });
    },
  },
  {
    id: 'ASVS 7.2.4',
    name: 'a further authentication replaces the token at once and raises the level by what was shown',
    async run(h) {
      const sessions = h.process();
      const { token, session } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
      assert.equal(session.aal, 1);
      await h.pass(MINUTE);
      const stepped = await sessions.stepUp(token.reveal(), 'otp');
      assert.equal(stepped?.session.aal, 2);
      assert.deepEqual(stepped?.session.amr, ['pwd', 'otp']);
      assert.equal(stepped?.session.id, session.id);
      assert.equal(stepped?.session.authenticatedAt, h.clock.now());
      assert.equal(await sessions.get(token.reveal()), null);
      const found = await sessions.get(stepped?.token.reveal());
      assert.equal(found?.aal, 2);
      const again = await sessions.stepUp(stepped?.token.reveal(), 'pwd');
      assert.equal(again?.session.aal, 2, 'the same factor once more raises nothing');
    },
  },
  {
    id: 'NIST 5.1',
    name: 'no session is made above the level that its methods carry',
    async run(h) {
      const sessions = h.process();
      await assert.rejects(sessions.create({ subject: 'ann', amr: ['pwd'], aal: 2 }), TypeError);
      await assert.rejects(sessions.create({ subject: 'ann', amr: ['pwd', 'otp'], aal: 3 }), TypeError);
      await assert.rejects(sessions.create({ aal: 1 }), TypeError);
      await assert.rejects(sessions.create({ amr: ['pwd'] }), TypeError);
      assert.equal((await sessions.create({ subject: 'ann', amr: ['hwk', 'pin'] })).session.aal, 3);
      assert.equal((await sessions.create({ subject: 'ann', amr: ['pwd', 'otp'], aal: 1 })).session.aal, 1);
    },
  },
  {
    id: 'NIST 2.3.3',
    name: 'a session of level 3 lasts for twelve hours at most, whatever its policy',
    async run(h) {
      const sessions = h.process({ policy: { idle: 'forever', absolute: '30d' } });
      const { token } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
      const stepped = await sessions.stepUp(token.reveal(), 'hwk');
      assert.equal(stepped?.session.absoluteExpiresAt, h.clock.now() + 12 * HOUR);
      await h.pass(12 * HOUR - 1);
      assert.notEqual(await sessions.get(stepped?.token.reveal(), { touch: false }), null);
      await h.pass(1);
      assert.equal(await sessions.get(stepped?.token.reveal()), null);
    },
  },
  {
    id: 'ASVS 7.5.3',
    name: 'an action can demand a level and a recent authentication, which using the session does not renew',
    async run(h) {
      const sessions = h.process();
      const { token } = await sessions.create({ subject: 'ann', amr: ['pwd'] });
      const text = token.reveal();
      const code =
        (expected: string) =>
        (error: unknown): boolean =>
          isSessionError(error) && error.code === expected;
      assert.equal((await sessions.require(text)).subject, 'ann');
      await assert.rejects(sessions.require(text, { aal: 2 }), code('REAUTH_REQUIRED'));
      await h.pass(10 * MINUTE);
      await sessions.touch(text);
      await sessions.require(text, { maxAuthAge: 10 * MINUTE });
      await h.pass(1);
      await assert.rejects(sessions.require(text, { maxAuthAge: 10 * MINUTE }), code('REAUTH_REQUIRED'));
      await assert.rejects(sessions.require('nobody'), code('UNAUTHENTICATED'));
      const visitor = await sessions.create();
      await assert.rejects(sessions.require(visitor.token.reveal()), code('UNAUTHENTICATED'));
    },
  },
  {
    id: 'impersonation',
    name: 'who acts for another is named, for a short while, and ends with either',
    async run(h) {
      const sessions = h.process();
      const admin = await sessions.create({ subject: 'admin', amr: ['hwk', 'pin'] });
      const how = { reason: 'ticket', max: 5 * MINUTE };
      const act = (): ReturnType<typeof sessions.impersonate> =>
        sessions.impersonate(admin.token.reveal(), 'ann', how);
      const { token, session } = await act();
      assert.equal(session.subject, 'ann');
      assert.equal(session.aal, 1);
      assert.deepEqual(session.actor, { subject: 'admin', reason: 'ticket', session: admin.session.id });
      assert.equal(session.absoluteExpiresAt, h.clock.now() + 5 * MINUTE);
      assert.deepEqual(
        (await sessions.list('admin')).map(({ id }) => id),
        [admin.session.id],
      );
      await assert.rejects(sessions.impersonate(token.reveal(), 'bob', how), TypeError);

      await assert.rejects(sessions.stepUp(token.reveal(), 'otp'), TypeError);
      assert.equal((await sessions.get(token.reveal()))?.absoluteExpiresAt, session.absoluteExpiresAt);

      assert.equal(await sessions.revokeAll('ann'), 1);
      assert.equal(await sessions.get(token.reveal()), null);
      const again = await act();
      await sessions.revokeAll('admin');
      assert.equal(await sessions.get(again.token.reveal()), null);
      await assert.rejects(act(), (error) => isSessionError(error, 'UNAUTHENTICATED'));
    },
  },
  {
    id: 'csrf',
    name: 'the text of a form is good for its session until the token is replaced',
    async run(h) {
      const [one, other] = [h.process(), h.process()];
      const { token, session } = await one.create({ subject: 'ann' });
      const bob = await one.create({ subject: 'bob' });
      const text = one.csrfToken(session);
      assert.equal(other.verifyCsrf(session, text), true);
      assert.equal(one.verifyCsrf(bob.session, text), false);
      for (const odd of ['', undefined, null, 1, `${text}x`])
        assert.equal(one.verifyCsrf(session, odd), false);
      const rotated = await one.rotate(token.reveal());
      assert.ok(rotated !== null);
      assert.equal(one.verifyCsrf(rotated.session, text), false);
    },
  },
  {
    id: 'SMCS binding',
    name: 'a use from elsewhere is told, or ends the session, as the options say',
    async run(h) {
      const device = { ip: '10.0.0.1', userAgent: 'one' };
      const telling = h.process({ binding: { ip: 'event' } });
      const { token } = await telling.create({ subject: 'ann', device });
      const told: unknown[] = [];
      telling.on('bindingChanged', ({ changed }) => told.push(changed));
      assert.notEqual(await telling.get(token.reveal(), { ip: '10.0.0.2', userAgent: 'two' }), null);
      assert.deepEqual(told, ['ip']);
      const revoking = h.process({ binding: { userAgent: 'revoke' } });
      assert.notEqual(await revoking.get(token.reveal(), device), null);
      assert.equal(await revoking.get(token.reveal(), { userAgent: 'two' }), null);
      assert.equal(await telling.get(token.reveal(), device), null);
    },
  },
  {
    id: 'profiles',
    name: 'a session that names a profile lasts as long as that says',
    async run(h) {
      const profiles = { rememberMe: { idle: 'forever', absolute: '30d' } } as const;
      const sessions = h.process({ profiles });
      const { token, session } = await sessions.create({ subject: 'ann', profile: 'rememberMe' });
      assert.equal(session.profile, 'rememberMe');
      await h.pass(Math.max(IDLE, ABSOLUTE) + 1);
      assert.notEqual(await sessions.get(token.reveal()), null);
      await assert.rejects(sessions.create({ profile: 'other' }), TypeError);
    },
  },
];
