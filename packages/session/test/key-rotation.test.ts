import { encrypted, type EncryptionKey } from '@cache/codec-encrypted';
import { binaryCodec, createManager } from '@cache/core';
import { memory } from '@cache/memory';
import { expect, test } from 'vitest';
import { createSessionManager, type SessionManager } from '../src/index.ts';

interface Data {
  readonly count: number;
}

test('ASVS 11.2.2: keys of encryption are replaced without logging anybody out', async () => {
  // Holds bytes, as a server does.
  const place = memory({ secureCleanup: true });
  const [old, fresh] = [1, 2].map((n) => ({ id: `k${n}`, key: new Uint8Array(32).fill(n) })) as [
    EncryptionKey,
    EncryptionKey,
  ];
  const processWith = (...keys: readonly EncryptionKey[]): SessionManager<Data> =>
    createSessionManager<Data>({
      manager: createManager({ providers: [place] }),
      secret: new Uint8Array(32).fill(7),
      policy: { idle: '30m', absolute: '12h' },
      initial: () => ({ count: 0 }),
      cache: { codec: encrypted(binaryCodec, { keys: [...keys] }), breaker: false },
    });

  const before = processWith(old);
  const { token } = await before.create({ subject: 'ann' });
  const text = token.reveal();
  const during = processWith(fresh, old);
  expect((await during.get(text))?.subject).toBe('ann');
  const after = processWith(fresh);
  // Who lacks the key of a session fails, and ends nothing.
  await expect(after.get(text)).rejects.toMatchObject({ code: 'CODEC_FAILED' });
  expect((await before.get(text))?.subject).toBe('ann');
  await during.update(text, ({ count }) => ({ count: count + 1 }));
  expect((await after.get(text))?.data.count).toBe(1);
  await expect(before.get(text)).rejects.toMatchObject({ code: 'CODEC_FAILED' });
});
