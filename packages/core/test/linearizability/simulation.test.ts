import { describe, expect, test } from 'vitest';
import type { StoreProvider } from '../../src/provider.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';
import { simulatedTime } from '../../src/testing/simulated-time.ts';
import { slowStore, type SlowStore, type Trouble } from '../../src/testing/slow-store.ts';
import type { Store } from '../../src/store.ts';

describe('simulated time', () => {
  test('sleepers wake in the order of their times, and nothing takes time', async () => {
    const time = simulatedTime();
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await time.sleep(ms);
      woken.push(`${name} at ${time.now()}`);
    };
    await time.run(Promise.all([sleep('c', 3_600_000), sleep('a', 5), sleep('b', 5)]));
    expect(woken).toEqual(['a at 5', 'b at 5', 'c at 3600000']);
  });

  test('a cancelled timer neither fires nor takes time', async () => {
    const time = simulatedTime();
    const cancel = time.after(5, () => expect.unreachable());
    cancel();
    await time.run(time.sleep(7));
    expect(time.now()).toBe(7);
  });

  test('work that waits for nothing, or for ever, is told', async () => {
    const time = simulatedTime();
    await expect(time.run(new Promise(() => {}))).rejects.toThrow(
      /nothing is left to happen.*real I\/O.*time: \{ waitAtLeast \}/,
    );
    const loop = async (): Promise<never> => {
      for (;;) await time.sleep(1);
    };
    await expect(time.run(loop(), 100)).rejects.toThrow('has not settled after 100 timers');
  });

  test('the outcome of the work is that of the run', async () => {
    const time = simulatedTime();
    await expect(time.run(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(await time.run(Promise.resolve(7))).toBe(7);
  });
});

describe('the slow store', () => {
  const build = async (
    trouble: Partial<Trouble>,
  ): Promise<{
    readonly time: Trouble['time'];
    readonly slow: SlowStore;
    readonly store: Store;
    readonly beneath: Store;
  }> => {
    const time = simulatedTime();
    const random = seededRandom(1);
    const provider: StoreProvider = simpleStore();
    const slow = slowStore(provider, {
      time,
      random,
      stepMs: 2,
      pauses: 0,
      lostReplies: 0,
      refusals: 0,
      ...trouble,
    });
    const context = {
      cache: '',
      space: '',
      routeOf: undefined,
      deadline: Infinity,
      clock: time,
      random,
      report: () => {},
    };
    return { time, slow, store: await slow.open(context), beneath: await provider.open(context) };
  };
  const record = { version: 'v', data: 1 };
  const forever = { expiresAt: Infinity };

  test('its calls take time, before and after their effect', async () => {
    const { time, slow, store } = await build({});
    await time.run(Promise.resolve(store.put('k', record, forever)));
    expect(await time.run(Promise.resolve(store.get('k')))).toMatchObject(record);
    expect(time.now()).toBeGreaterThan(0);
    expect(slow.calls).toBe(2);
  });

  test('a lost reply leaves the write done, undone, or to be done later', async () => {
    const { time, slow, store, beneath } = await build({ lostReplies: 1 });
    const fates = new Set<string>();
    const lose = async (key: string): Promise<void> => {
      await expect(store.put(key, record, forever)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
      const isDone = (await beneath.get(key)) !== undefined;
      await time.sleep(1_000);
      const isDoneLater = (await beneath.get(key)) !== undefined;
      fates.add(isDone ? 'done' : isDoneLater ? 'later' : 'never');
    };
    await time.run(Promise.all(Array.from({ length: 50 }, (_, n) => lose(`k${n}`))));
    expect([...fates].toSorted()).toEqual(['done', 'later', 'never']);
    slow.calmDown();
    expect(await time.run(Promise.resolve(store.put('k', record, forever)))).toBe(true);
  });

  test('a refused call is not executed', async () => {
    const { time, store, beneath } = await build({ refusals: 1 });
    const put = Promise.resolve(store.put('k', record, forever));
    await expect(time.run(put)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await beneath.get('k')).toBeUndefined();
  });

  test('a walk gives every key that stays exactly once', async () => {
    const { time, store, beneath } = await build({});
    for (let n = 0; n < 20; n += 1) await beneath.put(`k${n}`, record, forever);
    const walk = async (): Promise<readonly string[]> => {
      const keys: string[] = [];
      for await (const page of store.scan('k')) {
        keys.push(...page);
        await beneath.put('k7', { version: 'w', data: 2 }, forever);
        await beneath.delete('k3', {});
      }
      return keys.filter((key) => key !== 'k3').toSorted();
    };
    const stayed = Array.from({ length: 20 }, (_, n) => `k${n}`).filter((key) => key !== 'k3');
    expect(await time.run(walk())).toEqual(stayed.toSorted());
  });
});
