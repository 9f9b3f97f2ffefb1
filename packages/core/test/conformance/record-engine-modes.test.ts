import { describeConformance } from '@cache/core/conformance/vitest';
import { simpleStore } from '@cache/core/testing';
import type { StoreProvider } from '../../src/provider.ts';

/** The same store, told that what it holds are bytes. */
function byteStore(): StoreProvider {
  const store = simpleStore();
  return { ...store, traits: { ...store.traits, holds: 'bytes' } };
}

describeConformance({
  name: 'the record engine over a store of bytes, in frozen caches',
  provider: byteStore,
  isolation: 'frozen',
});

describeConformance({
  name: 'the record engine over a simple store, in a namespace',
  provider: simpleStore,
  within: 'namespace',
});
