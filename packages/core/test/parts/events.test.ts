import { expect, test, vi } from 'vitest';
import { Events } from '../../src/events.ts';

test('an event goes to its listeners in the order they came, until each is stopped', () => {
  const events = new Events();
  const heard: string[] = [];
  const stop = events.on('hit', ({ key }) => heard.push(`one ${key}`));
  events.on('hit', ({ key }) => heard.push(`two ${key}`));
  events.emit('hit', { key: 'a' });
  stop();
  stop();
  events.emit('hit', { key: 'b' });
  expect(heard).toEqual(['one a', 'two a', 'two b']);
});

test('the same function may listen twice, and each is stopped alone', () => {
  const events = new Events();
  const listener = vi.fn();
  const stop = events.on('hit', listener);
  events.on('hit', listener);
  stop();
  events.emit('hit', { key: 'a' });
  expect(listener).toHaveBeenCalledOnce();
});

test('a silent event costs one look at a field', () => {
  const events = new Events();
  const stop = events.on('miss', () => {});
  expect(events.active.miss).toBeDefined();
  stop();
  expect(events.active.miss).toBeUndefined();
});

test('G13: a listener that throws or rejects is told to the error listeners, and harms neither the others nor the caller', async () => {
  const events = new Events();
  const errors: unknown[] = [];
  const heard = vi.fn();
  events.on('error', ({ operation, error }) => errors.push([operation, error]));
  events.on('error', () => {
    throw new Error('even the error listener');
  });
  events.on('hit', () => {
    throw new Error('now');
  });
  events.on('hit', async () => {
    await Promise.resolve();
    throw new Error('later');
  });
  events.on('hit', heard);
  events.emit('hit', { key: 'a' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toHaveBeenCalledOnce();
  expect(errors).toEqual([
    ['listener of hit', new Error('now')],
    ['listener of hit', new Error('later')],
  ]);
});

test('an unknown event and a listener that is no function are refused at once', () => {
  const events = new Events();
  expect(() => events.on('hits' as 'hit', () => {})).toThrow(
    /there is no event 'hits': the events are hit, miss/,
  );
  expect(() => events.on('__proto__' as 'hit', () => {})).toThrow(TypeError);
  expect(() => events.on('hit', 'x' as never)).toThrow(/is not a function/);
});
