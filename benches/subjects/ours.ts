/** This project's cache in memory, with its defaults. */
import { createManager } from '@cache/core';
import { memory } from '@cache/memory';
import type { LoadingSubject, UpdatingSubject } from './subject.ts';

export function frozen(entries: number): LoadingSubject & UpdatingSubject {
  return open(entries, 'frozen');
}

export function copy(entries: number): LoadingSubject & UpdatingSubject {
  return open(entries, 'copy');
}

function open(entries: number, isolation: 'frozen' | 'copy'): LoadingSubject & UpdatingSubject {
  const manager = createManager({ providers: [memory({ maxEntries: entries })] });
  const cache = manager.cache<object>('sessions', { isolation } as { readonly isolation?: 'copy' });
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value as object),
    getOrSet: (key, loader) => cache.getOrSet(key, loader),
    update: (key, updater) => cache.update(key, updater),
  };
}
