import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createManager, type Manager } from '@cache/core';
import { fakeClock, gate } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { operationLog, type OperationRecord } from '@cache/metrics';
import { OPERATIONS_CHANNEL, publish } from '@cache/metrics/diagnostics-channel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellOperations } from '../src/told-operations.ts';

const clock = fakeClock();
let manager: Manager;
let records: OperationRecord[];
const write = (record: OperationRecord): void => void records.push(record);
const heard = (message: unknown): void => write(message as OperationRecord);

beforeEach(() => {
  records = [];
  manager = createManager({ providers: [memory()], clock });
});

afterEach(() => {
  unsubscribe(OPERATIONS_CHANNEL, heard);
});

test('a log has every operation with its outcome, and no key unless that is allowed', async () => {
  operationLog(manager, write);
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1);
  await cache.get('ann');
  await cache.namespace('acme').get('ann');
  const place = { cache: 'users', provider: 'memory' };
  expect(records).toEqual([
    { ...place, operation: 'set', outcome: 'done', duration: 0 },
    { ...place, operation: 'get', outcome: 'hit' },
    { ...place, cache: 'users/acme', operation: 'get', outcome: 'miss' },
  ]);
  records = [];
  operationLog(cache, write, { keys: true });
  await cache.get('ann');
  await cache.delete('ann');
  expect(records.filter(({ key }) => key === 'ann').map(({ operation }) => operation)).toEqual([
    'get',
    'delete',
  ]);
});

test('a log of slow operations has those that failed too, with their codes, and not those whose caller left', async () => {
  operationLog(manager, write, { slowerThan: '20ms' });
  const cache = manager.cache<number>('users');
  const taking = (ms: number) => (): number => {
    clock.advance(ms);
    return 1;
  };
  await cache.getOrSet('quick', taking(19));
  await cache.getOrSet('slow', taking(20));
  await cache.get('slow');
  await cache.getOrSet('failing', () => Promise.reject(new Error('no'))).catch(() => undefined);
  await cache.get('').catch(() => undefined);
  await cache.get('quick', { signal: AbortSignal.abort() }).catch(() => undefined);
  expect(records.map(({ outcome, duration, code }) => [outcome, duration, code])).toEqual([
    ['loaded', 20, undefined],
    ['failed', 0, 'OTHER'],
    ['failed', 0, 'MISUSE'],
  ]);
});

test('a log that throws is told to the error listeners, and harms no operation', async () => {
  operationLog(manager, () => {
    throw new Error('the log');
  });
  const cache = manager.cache<number>('users');
  const errors: unknown[] = [];
  cache.on('error', ({ error }) => void errors.push(error));
  await cache.set('ann', 1);
  expect(await cache.get('ann')).toBe(1);
  expect(errors).toEqual([new Error('the log'), new Error('the log')]);
});

test('so is a log that rejects', async () => {
  operationLog(manager, () => Promise.reject(new Error('the log')));
  const cache = manager.cache<number>('users');
  const errors: unknown[] = [];
  cache.on('error', ({ error }) => void errors.push(error));
  await cache.set('ann', 1);
  expect(await cache.get('ann')).toBe(1);
  await Promise.resolve();
  expect(errors).toEqual([new Error('the log'), new Error('the log')]);
});

test('a log that is stopped has nothing more', async () => {
  const stop = operationLog(manager, write);
  const cache = manager.cache<number>('users');
  const door = gate<number>();
  const load = cache.getOrSet('ann', () => door.pass());
  await door.arrivals();
  stop();
  await cache.set('bob', 1);
  door.open(1);
  await load;
  expect(records.map(({ operation }) => operation)).toEqual(['getOrSet']);
});

test('operations are on the channel while somebody has subscribed', async () => {
  const stop = publish(manager);
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1);
  subscribe(OPERATIONS_CHANNEL, heard);
  await cache.get('ann');
  expect(records).toEqual([{ cache: 'users', provider: 'memory', operation: 'get', outcome: 'hit' }]);
  stop();
  await cache.get('ann');
  expect(records).toHaveLength(1);
  publish(manager, { keys: true });
  await cache.get('ann');
  expect(records[1]?.key).toBe('ann');
});

test('no record is made while nobody listens', async () => {
  let isListening = false;
  tellOperations(manager, { isListening: () => isListening, tell: write, keys: false });
  const cache = manager.cache<number>('users');
  await cache.set('ann', 1);
  await cache.get('ann');
  expect(records).toEqual([]);
  isListening = true;
  await cache.get('ann');
  expect(records).toHaveLength(1);
});

test('what is no log is refused', () => {
  expect(() => operationLog(manager, undefined as never)).toThrow(/write is undefined: give a function/);
  expect(() => operationLog(manager, write, { slowerThan: -1 })).toThrow(/slowerThan/);
});
