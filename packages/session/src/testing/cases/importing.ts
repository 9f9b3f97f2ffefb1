/** Taking over the sessions of another session manager. */
import assert from 'node:assert/strict';
import type { LegacySessions } from '../../importing.ts';
import { MINUTE, type KitData, type SessionCase } from '../case.ts';

const OLD = 's%3Aold-token.signature';

/** One old session, of `ann`. */
function legacy(): LegacySessions<KitData> & { readonly asked: string[]; isThere: boolean } {
  return {
    asked: [],
    isThere: true,
    async read(token) {
      this.asked.push(token);
      return this.isThere && token === OLD ? { subject: 'ann', amr: ['pwd'], data: { count: 7 } } : null;
    },
    async remove() {
      const wasThere = this.isThere;
      this.isThere = false;
      return wasThere;
    },
  };
}

export const importing: readonly SessionCase[] = [
  {
    id: 'import',
    name: 'concurrent requests with an old token get one new session, and it ends for good',
    async run(h) {
      const before = legacy();
      const [one, other] = [h.process(), h.process()];
      const importers = [one.importFrom(before), other.importFrom(before)];
      const adopted = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => (n % 2 === 0 ? importers[0] : importers[1])?.get(OLD)),
      );
      const found = adopted.filter((each) => each !== null && each !== undefined);
      assert.ok(found.length > 0);
      assert.equal(new Set(found.map(({ token }) => token?.reveal())).size, 1);
      assert.equal(await one.count('ann'), 1);
      // Whoever came between is served from now on.
      const again = await importers[0]?.get(OLD);
      const text = again?.token?.reveal();
      assert.equal(again?.session.data.count, 7);
      assert.equal(text, found[0]?.token?.reveal());
      const mine = await importers[1]?.get(text);
      assert.equal(mine?.token, null);
      assert.equal(mine?.session.subject, 'ann');
      await one.revokeAll('ann');
      assert.equal(await importers[0]?.get(OLD), null);
      assert.equal(await importers[0]?.get(text), null);
    },
  },
  {
    id: 'T31',
    name: 'what has the form of a hash, of our own tokens or of nothing is not looked for among the old sessions',
    async run(h) {
      const before = legacy();
      const sessions = h.process();
      const importer = sessions.importFrom(before);
      const { token, session } = await sessions.create({ subject: 'ann' });
      await sessions.revoke(token.reveal());
      const hex = 'a1'.repeat(32);
      const odd = [
        token.reveal(),
        session.id,
        hex,
        `2::${hex}`,
        'A'.repeat(43),
        `${'A'.repeat(43)}=`,
        '',
        null,
        1,
      ];
      for (const each of [...odd, 'x'.repeat(5_000)]) assert.equal(await importer.get(each), null);
      assert.deepEqual(before.asked, []);
      assert.equal(await importer.get('another old token'), null);
      assert.deepEqual(before.asked, ['another old token']);
    },
  },
  {
    id: 'import rotated',
    name: 'once its token was rotated, an imported session is not opened by the old one',
    async run(h) {
      const sessions = h.process();
      const importer = sessions.importFrom(legacy());
      const adopted = await importer.get(OLD);
      const rotated = await sessions.rotate(adopted?.token?.reveal());
      assert.equal(await importer.get(OLD), null);
      assert.notEqual(await sessions.get(rotated?.token?.reveal()), null);
      await h.pass(MINUTE);
      assert.equal(await importer.get(OLD), null);
    },
  },
];
