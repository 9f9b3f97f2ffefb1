/** What a poisoned entry does to the memory of the process that reads it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALGORITHMS } from './cases.ts';
import type { Growth, Poisoning } from './memory-child.ts';
import { bombs } from './poison.ts';

const MIB = 2 ** 20;
const BOMB = (process.env['CACHE_LONG'] === '1' ? 256 : 96) * MIB;
const PROGRAM = join(import.meta.dirname, 'memory-child.ts');

/** Reads the entry in a process of its own, whose memory knows nothing of how it was made. */
function growth(bytes: Uint8Array, maxLength: number | undefined, times: number): Promise<Growth> {
  const poisoning: Poisoning = { entry: Buffer.from(bytes).toString('base64'), maxLength, times };
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--conditions=@cache/source', PROGRAM], (error, answer) =>
      error === null ? resolve(JSON.parse(answer) as Growth) : reject(error),
    );
    child.stdin?.end(JSON.stringify(poisoning));
  });
}

describe(`a small entry that would expand to ${BOMB / MIB} MiB`, { timeout: 30_000 }, () => {
  let poisoned: ReturnType<typeof bombs>;
  beforeAll(() => {
    poisoned = bombs(BOMB);
  });

  it.each(ALGORITHMS)('takes little more than the limit, with %s', async (algorithm) => {
    const entry = poisoned[algorithm];
    expect(entry.length).toBeLessThan(BOMB / 900);
    const grown = await growth(entry, 16 * MIB, 1);
    expect(grown.code).toBe('CODEC_FAILED');
    expect(grown.bytes).toBeLessThan(48 * MIB);
  });

  it.each(ALGORITHMS)('takes no more when it is read again and again, with %s', async (algorithm) => {
    const grown = await growth(poisoned[algorithm], MIB, 200);
    expect(grown.code).toBe('CODEC_FAILED');
    expect(grown.bytes).toBeLessThan(160 * MIB);
  });

  it.each(ALGORITHMS)('takes all of it without a limit, with %s: the measure is one', async (algorithm) => {
    const grown = await growth(poisoned[algorithm], undefined, 1);
    expect(grown).toEqual({ code: 'read', bytes: expect.any(Number) as number });
    expect(grown.bytes).toBeGreaterThan(BOMB);
  });
});
