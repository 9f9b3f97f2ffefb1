import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import type { Subject } from './subject.ts';

export function frozen(entries: number): Subject {
  return open(entries, 'frozen');
}

export function copy(entries: number): Subject {
  return open(entries, 'copy');
}

function open(entries: number, isolation: 'frozen' | 'copy'): Subject {
  const manager = createManager({ providers: [memory({ maxEntries: entries })] });
  const cache = manager.cache<object>('sessions', { isolation } as { readonly isolation?: 'copy' });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value as object),
    getOrSet: (key, loader) => cache.getOrSet(key, loader as () => Promise<object>),
  };
}
