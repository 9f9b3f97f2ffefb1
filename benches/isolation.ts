/** What does a value of one's own cost, against the ways the platform has to make one? */
import { compareHits } from './method/hits.ts';
import { keepResults } from './method/results.ts';
import { LIMIT, OURS } from './subjects/subjects.ts';

const subjects = [
  LIMIT,
  ...OURS,
  'async lru-cache, JSON' as const,
  'async lru-cache, structuredClone' as const,
];
keepResults('isolation', await compareHits(subjects, [1_000]));
