import { createManager, type OpenContext, type StoreProvider } from '@cache/core';
import { fakeClock, simpleStore } from '@cache/core/testing';
import { describe, expect, test } from 'vitest';

describe('what a provider is told when it is opened', () => {
  const contextOf = (scope: 'process' | 'host' | 'shared'): OpenContext => {
    const inner: StoreProvider = simpleStore();
    const contexts: OpenContext[] = [];
    const provider: StoreProvider = {
      ...inner,
      traits: { ...inner.traits, scope },
      open(context) {
        contexts.push(context);
        return inner.open(context);
      },
    };
    createManager({ providers: [provider], clock: fakeClock() }).cache('c', { deadline: '2s' });
    return contexts[0] as OpenContext;
  };

  test('the deadline of the cache, where core keeps one', () => {
    expect(contextOf('shared').deadline).toBe(2_000);
    expect(contextOf('host').deadline).toBe(2_000);
    expect(contextOf('process').deadline).toBe(Infinity);
  });
});
