/** Writes the kept results into README.md, between the two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../method/results.ts';
import type { FollowFigures } from './followers.ts';
import type { RedisFootprintFigures } from './footprint.ts';
import type { IndexFigures } from './indexes.ts';
import { kept } from './kept.ts';
import {
  commandsTable,
  followTable,
  footprintTable,
  hotKeyTable,
  indexTable,
  throughputTables,
  togetherTable,
} from './report/tables.ts';
import { targetsTable } from './report/targets.ts';
import type { ThroughputFigures } from './throughput.ts';
import type { TogetherFigures } from './two-processes.ts';
import type { HotKeyFigures } from './update.ts';

const BEGIN = '<!-- results -->';
const END = '<!-- /results -->';

const throughput = kept<readonly ThroughputFigures[]>('throughput');
const together = kept<readonly TogetherFigures[]>('two-processes');
const indexes = kept<readonly IndexFigures[]>('indexes');
const updates = kept<readonly HotKeyFigures[]>('update');
const followers = kept<readonly FollowFigures[]>('followers');
const footprint = kept<readonly RedisFootprintFigures[]>('footprint');

const sections = [
  '## Targets',
  targetsTable({
    throughput: throughput?.figures ?? [],
    together: together?.figures ?? [],
    indexes: indexes?.figures ?? [],
    updates: updates?.figures ?? [],
    followers: followers?.figures ?? [],
  }),
  section('Operations', throughput, throughputTables),
  section('What the server is asked', throughput, commandsTable),
  section('Two processes', together, togetherTable),
  section('Indexes', indexes, indexTable),
  section('Updates of one key', updates, hotKeyTable),
  section('Waiting for another process', followers, followTable),
  section('Memory', footprint, footprintTable),
];

const path = join(import.meta.dirname, 'README.md');
const text = readFileSync(path, 'utf8');
const [before, rest] = text.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`README.md has no ${BEGIN} ... ${END}`);
writeFileSync(
  path,
  `${before}${BEGIN}\n\n${sections.filter((each) => each !== '').join('\n\n')}\n\n${END}${after}`,
);

/** A table under its heading and what it was taken on; empty when the question was not asked yet. */
function section<Figures>(
  title: string,
  results: Results<Figures> | undefined,
  tableOf: (figures: Figures) => string,
): string {
  if (results === undefined) return '';
  const { node, cpu, cores, load, busy, revision } = results.machine;
  const quiet = busy ? 'others were at work, so only the ratios mean something' : 'quiet';
  return `## ${title}\n\n${tableOf(results.figures)}\n\nRevision ${revision}, Node ${node}, ${cpu}, ${cores} cores, load ${load}: ${quiet}.`;
}
