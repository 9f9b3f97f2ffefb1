import { describe, expect, test } from 'vitest';
import {
  cacheModel,
  type CacheInput,
  type CacheOperation,
  type CacheOutput,
} from '../../src/conformance/linearizability/cache-model.ts';
import { checkLinearizability, type Verdict } from '../../src/conformance/linearizability/checker.ts';
import { withOverlaps } from '../../src/conformance/linearizability/recorder.ts';

const PLAIN = { ttl: Infinity, grace: 0, tags: [], terms: [] };

/** An operation on key `k`; without an end its outcome is unknown. */
function op(start: number, end: number, input: CacheInput, output?: CacheOutput): CacheOperation {
  return { key: 'k', client: '', input, output, start, end };
}

function set(start: number, end: number, value: string, traits: object = {}): CacheOperation {
  return op(start, end, { op: 'set', value, ...PLAIN, ...traits }, null);
}

function get(start: number, end: number, output: string | null): CacheOperation {
  return op(start, end, { op: 'get' }, output);
}

function judge(history: readonly CacheOperation[], budget?: number): Verdict<CacheInput, CacheOutput> {
  return checkLinearizability(cacheModel({ earlyMs: 0, lateMs: 0 }), history, budget);
}

describe('histories that some order explains', () => {
  test.each<[string, readonly CacheOperation[]]>([
    ['nothing at all', []],
    ['a read of what was written', [set(0, 1, 'a'), get(2, 3, 'a')]],
    ['a read during a write that sees the old value', [set(0, 1, 'a'), set(2, 9, 'b'), get(3, 4, 'a')]],
    ['a read during a write that sees the new value', [set(0, 1, 'a'), set(2, 9, 'b'), get(3, 4, 'b')]],
    ['an unknown write that took effect later', [set(0, Infinity, 'a'), get(1, 2, null), get(5, 6, 'a')]],
    ['an unknown write that never took effect', [set(0, Infinity, 'a'), get(5, 6, null)]],
    ['an entry that expires', [set(0, 1, 'a', { ttl: 10 }), get(2, 3, 'a'), get(12, 13, null)]],
    ['either at the end of a life', [set(0, 4, 'a', { ttl: 10 }), get(11, 12, null)]],
    [
      'two appends at once, one after the other',
      [
        op(0, 9, { op: 'append', suffix: 'x' }, 'yx'),
        op(0, 9, { op: 'append', suffix: 'y' }, 'y'),
        get(10, 11, 'yx'),
      ],
    ],
    [
      'a stale value while another process loads',
      [
        set(0, 1, 'a', { ttl: 10, grace: 10 }),
        op(15, 16, { op: 'getOrSet', value: 'b', ...PLAIN }, { value: 'a', how: 'stale' }),
      ],
    ],
    [
      'an overtaken load whose caller gets its own value',
      [
        op(0, 9, { op: 'getOrSet', value: 'a', ...PLAIN }, { value: 'a', how: 'overtaken' }),
        set(2, 3, 'b'),
        get(10, 11, 'b'),
      ],
    ],
    [
      'a tag that does not concern the entry',
      [set(0, 1, 'a', { tags: ['t'] }), op(2, 3, { op: 'invalidate', tag: 'u' }, true), get(4, 5, 'a')],
    ],
  ])('%s', (_, history) => {
    expect(judge(history).status).toBe('linearizable');
  });
});

describe('histories that no order explains', () => {
  test.each<[string, readonly CacheOperation[]]>([
    ['a value out of nowhere', [get(0, 1, 'a')]],
    ['a stale read', [set(0, 1, 'a'), set(2, 3, 'b'), get(4, 5, 'a')]],
    ['new, then old', [set(0, 1, 'a'), set(2, 20, 'b'), get(3, 4, 'b'), get(5, 6, 'a')]],
    ['a lost write', [set(0, 1, 'a'), get(2, 3, null)]],
    [
      'a lost update',
      [op(0, 5, { op: 'append', suffix: 'x' }, 'x'), op(1, 5, { op: 'append', suffix: 'y' }, 'y')],
    ],
    ['an update applied twice', [op(0, 1, { op: 'append', suffix: 'x' }, 'x'), get(2, 3, 'xx')]],
    [
      'two takers of one entry',
      [set(0, 1, 'a'), op(2, 5, { op: 'take' }, 'a'), op(2, 5, { op: 'take' }, 'a')],
    ],
    ['a dead value that comes back', [set(0, 1, 'a'), op(2, 3, { op: 'delete' }, true), get(4, 5, 'a')]],
    ['a deletion of nothing that tells otherwise', [op(2, 3, { op: 'delete' }, true)]],
    ['an entry that outlives its ttl', [set(0, 1, 'a', { ttl: 10 }), get(12, 13, 'a')]],
    ['an entry that dies early', [set(0, 1, 'a', { ttl: 10 }), get(2, 3, null)]],
    [
      'a value kept though its tag was invalidated',
      [set(0, 1, 'a', { tags: ['t'] }), op(2, 3, { op: 'invalidate', tag: 't' }, true), get(4, 5, 'a')],
    ],
    [
      'a look-up that misses a member',
      [set(0, 1, 'a', { terms: ['x'] }), op(2, 3, { op: 'lookUp', term: 'x' }, false)],
    ],
    [
      'a member that a removal by term left',
      [
        set(0, 1, 'a', { terms: ['x'] }),
        op(2, 3, { op: 'removeByTerm', term: 'x' }, true),
        op(4, 5, { op: 'lookUp', term: 'x' }, true),
      ],
    ],
    [
      'a load that a delete had overtaken, served',
      [
        op(0, 9, { op: 'getOrSet', value: 'a', ...PLAIN }, { value: 'a', how: 'overtaken' }),
        op(2, 3, { op: 'delete' }, false),
        op(5, 12, { op: 'getOrSet', value: 'b', ...PLAIN }, { value: 'a', how: 'hit' }),
      ],
    ],
    [
      'a stale value after the end of its grace',
      [
        set(0, 1, 'a', { ttl: 10, grace: 10 }),
        op(30, 31, { op: 'getOrSet', value: 'b', ...PLAIN }, { value: 'a', how: 'stale' }),
      ],
    ],
  ])('%s', (_, history) => {
    expect(judge(history).status).toBe('violation');
  });

  test('the report names the longest order and what it could not go on with', () => {
    const stale = get(4, 5, 'a');
    const history = [set(0, 1, 'a'), set(2, 3, 'b'), stale, get(6, 7, 'b')];
    const verdict = judge(history);
    expect(verdict).toMatchObject({ status: 'violation', key: 'k', stuckOn: [stale] });
    expect(verdict.status === 'violation' && verdict.longest).toEqual(history.slice(0, 2));
  });
});

test('a search that is too long has no verdict', () => {
  const writes = Array.from({ length: 12 }, (_, n) => set(0, 100, `v${n}`));
  expect(judge([...writes, get(200, 201, 'none of them')], 1_000)).toMatchObject({
    status: 'unknown',
    key: 'k',
  });
});

test('keys are judged apart: a violation on one is found among many', () => {
  const bystanders = Array.from({ length: 50 }, (_, n) => ({ ...set(n, n + 10, 'v'), key: `k${n}` }));
  expect(judge([...bystanders, get(0, 1, 'a')])).toMatchObject({ status: 'violation', key: 'k' });
});

describe('an engine that does not order writes and invalidations', () => {
  const before = set(0, 1, 'a');
  const invalidated = op(2, 5, { op: 'invalidate', tag: 't' }, true);
  const tagged = { tags: ['t'] };

  test('a write may be removed by the invalidation it overlaps, though it takes effect later', () => {
    const history = [before, invalidated, set(3, 12, 'b', tagged), get(6, 7, 'a'), get(13, 14, null)];
    expect(judge(withOverlaps(history)).status).toBe('linearizable');
    expect(judge(history).status).toBe('violation');
  });

  test('a write that overlaps no invalidation may not', () => {
    const history = [before, invalidated, set(6, 12, 'b', tagged), get(13, 14, null)];
    expect(judge(withOverlaps(history)).status).toBe('violation');
  });

  test('a compare-and-set may rest on what an invalidation has just removed', () => {
    const swapped = op(1, 9, { op: 'compareAndSet', expected: 'a', value: 'b', ...PLAIN }, true);
    const history = [set(0, 0.5, 'a', tagged), invalidated, swapped, get(6, 7, null), get(10, 11, 'b')];
    expect(judge(withOverlaps(history)).status).toBe('linearizable');
    expect(judge(history).status).toBe('violation');
  });
});
