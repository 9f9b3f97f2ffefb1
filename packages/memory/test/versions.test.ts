import { describe, expect, it } from 'vitest';
import { Versions } from '../src/versions.ts';

const LENGTH = 4;

/** What comes back of `versions`, each kept in a place of its own. */
function kept(versions: readonly string[]): readonly string[] {
  const column = new Versions(versions.length);
  for (const [place, version] of versions.entries()) column.set(place, version);
  return versions.map((_, place) => column.get(place));
}

describe('versions', () => {
  it.each([
    ['of one writer', ['a-writer-0000', 'a-writer-0001', 'a-writer-zzzz']],
    ['of several writers', ['a-writer-0000', 'b-writer-0000', 'a-writer-0001', 'b-writer-0001']],
    ['of several lengths', ['', 'a', 'four', 'fours', 'a-writer-0000', 'a-writer-00000']],
    [
      'that begin like the first one and end otherwise',
      ['a-writer-0000', 'a-writer-000', 'a-writer-00\u{100}0'],
    ],
    [
      'with units of every byte',
      ['a-writer-0000', 'a-writer-\u{0}\u{7f}\u{80}\u{ff}', 'a-writer-\u{ff}\u{ff}\u{ff}\u{ff}'],
    ],
    ['with units above a byte, in the first one', ['\u{100}\u{100}\u{100}\u{100}', '\u{d800}abc']],
  ])('come back as they were put: %s', (_, versions) => {
    expect(kept(versions)).toEqual(versions);
  });

  it('of more writers than have their beginnings kept come back, too', () => {
    const versions = Array.from({ length: 40 }, (_, writer) => `writer-${writer}-0000`);
    expect(kept(versions)).toEqual(versions);
  });

  it('of writers that come and go do not keep the beginnings of those that went', () => {
    const column = new Versions(LENGTH);
    for (let writer = 0; writer < 100; writer++) {
      column.set(writer % LENGTH, `writer-${writer}-0000`);
      expect(column.get(writer % LENGTH)).toBe(`writer-${writer}-0000`);
      if (writer >= 2) expect(column.get((writer - 2) % LENGTH)).toBe(`writer-${writer - 2}-0000`);
      if (writer >= 3) column.delete((writer - 3) % LENGTH);
    }
  });

  it('take the place of one another, however they are kept', () => {
    const column = new Versions(LENGTH);
    for (const version of ['a-writer-0000', 'odd', 'a-writer-0001', 'another', 'odd']) {
      column.set(2, version);
      expect(column.get(2)).toBe(version);
    }
  });
});
