/** Writes the kept results into README.md, between the two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults, type Results } from './method/results.ts';
import {
  footprintTable,
  growthTable,
  hitsTables,
  latencyTable,
  metricsTable,
  stampedeTable,
  updateTable,
  wrappedTables,
} from './report/tables.ts';
import { targetsTables } from './report/targets.ts';

const BEGIN = '<!-- results -->';
const END = '<!-- /results -->';

const kept = {
  hits: readResults('memory-get'),
  latency: readResults('memory-latency'),
  growth: readResults('memory-growth'),
  footprint: readResults('memory-footprint'),
  updates: readResults('update'),
  stampedes: readResults('getorset-stampede'),
  isolation: readResults('isolation'),
  bundles: readResults('bundle'),
  wrapped: readResults('wrapped-codecs'),
  metrics: readResults('metrics'),
} as const;

const sections = [
  '## Targets',
  targetsTables(kept as Parameters<typeof targetsTables>[0]),
  section('A hit', kept.hits, hitsTables),
  section('A value of one’s own', kept.isolation, hitsTables),
  section('One operation at a time', kept.latency, latencyTable),
  section('Growing', kept.growth, growthTable),
  section('Memory', kept.footprint, footprintTable),
  section('Updates of one key', kept.updates, updateTable),
  section('Stampedes', kept.stampedes, stampedeTable),
  section('Around a codec', kept.wrapped, wrappedTables),
  section('Under watch', kept.metrics, metricsTable),
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
function section(
  title: string,
  results: Results<unknown> | undefined,
  tableOf: (figures: never) => string,
): string {
  if (results === undefined) return '';
  const { node, cpu, cores, load, busy, revision } = results.machine;
  const quiet = busy ? 'others were at work, so only the ratios mean something' : 'quiet';
  return `## ${title}\n\n${tableOf(results.figures as never)}\n\nRevision ${revision}, Node ${node}, ${cpu}, ${cores} cores, load ${load}: ${quiet}.`;
}
