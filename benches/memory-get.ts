/** What does a hit cost, against the least an asynchronous cache can do and against other caches? */
import { compareHits } from './method/hits.ts';
import { keepResults } from './method/results.ts';
import { LIMIT, OURS, PEERS } from './subjects/subjects.ts';

const subjects = [LIMIT, ...OURS, 'async lru-cache, ttl' as const, ...PEERS];
keepResults('memory-get', await compareHits(subjects, [1_000, 100_000]));
