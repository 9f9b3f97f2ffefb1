/** Writes the kept results into README.md, between the two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults, type Results } from '../method/results.ts';
import { table, times } from '../report/markdown.ts';
import type { CodeFigures, SessionFootprintFigures, SessionRateFigures, TripFigures } from './figures.ts';

const BEGIN = '<!-- results -->';
const END = '<!-- /results -->';

const rates = kept<readonly SessionRateFigures[]>('session-rates');
const trips = kept<readonly TripFigures[]>('session-round-trips');
const footprints = kept<readonly SessionFootprintFigures[]>('session-footprint');
const code = kept<readonly CodeFigures[]>('session-lines');

/** Round trips at most. */
const MOST_TRIPS: Readonly<Record<string, number>> = {
  create: 1,
  'get, of no session': 1,
  update: 2,
  patch: 1,
  rotate: 1,
  list: 2,
  revoke: 1,
  revokeAll: 1,
  'revokeAll, but one': 1,
};
const LEAST_VALIDATED = 500_000;
const LEAST_OF_GET = 0.35;
const MOST_BYTES = 800;

const sections = [
  '## Targets',
  table(['', 'target', 'measured', ''], targets()),
  `## Rates\n\n${ratesTable()}\n\n${on(rates)}`,
  `## Round trips\n\n${tripsTable()}\n\nOf \`get\` the second is a note of its use for the limit, for which nobody waits.`,
  `## Memory of the server\n\n${table(
    ['', 'bytes for each session'],
    footprints.figures.map(({ what, each }) => [what, String(each)]),
  )}\n\n${on(footprints)}`,
  `## Lines and branches\n\n${table(
    ['', 'files', 'lines', 'functions', 'complexity', 'of one function, at most'],
    code.figures.map(({ what, files, lines, functions, complexity, most }) => [
      what,
      ...[files, lines, functions, complexity, most].map((figure) => figure.toLocaleString('en')),
    ]),
  )}`,
];

const path = join(import.meta.dirname, 'README.md');
const [before, rest] = readFileSync(path, 'utf8').split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`README.md has no ${BEGIN} ... ${END}`);
writeFileSync(path, `${before}${BEGIN}\n\n${sections.join('\n\n')}\n\n${END}${after}`);

function targets(): readonly (readonly string[])[] {
  const ours = rates.figures.filter(
    ({ subject, operation }) => subject === '@cache/session' && operation === 'get',
  );
  const ofRates = ours.map(({ place, inFlight, rate, ratio }) =>
    place === 'memory'
      ? row(
          '`get` in memory',
          `at least ${LEAST_VALIDATED.toLocaleString('en')}/s`,
          `${rate.median.toLocaleString('en')}/s`,
          LEAST_VALIDATED / rate.median,
        )
      : row(
          `\`get\` on Redis, ${inFlight} at once, against \`GET\``,
          `at least ${times(LEAST_OF_GET)}`,
          times(ratio.median),
          LEAST_OF_GET / ratio.median,
        ),
  );
  const ofTrips = trips.figures.flatMap(({ operation, trips: taken }) => {
    const most = MOST_TRIPS[operation];
    if (most === undefined) return [];
    return [row(`round trips: ${operation}`, `at most ${most}`, String(taken.length), taken.length / most)];
  });
  const [alone] = footprints.figures;
  const [, , , byHand] = code.figures;
  const [manager] = code.figures;
  return [
    ...ofRates,
    ...ofTrips,
    ...(alone === undefined
      ? []
      : [row(alone.what, `at most ${MOST_BYTES} bytes`, `${alone.each} bytes`, alone.each / MOST_BYTES)]),
    ...(manager === undefined || byHand === undefined
      ? []
      : (['lines', 'complexity'] as const).map((what) =>
          row(
            `${what}, of those without a cache`,
            'at most 50 %',
            `${Math.round((100 * manager[what]) / byHand[what])} %`,
            manager[what] / byHand[what] / 0.5,
          ),
        )),
  ];
}

/** `share`: of the target that is used up; above 1 it is missed. */
function row(what: string, target: string, measured: string, share: number): readonly string[] {
  const excess = Math.ceil((share - 1) * 100);
  return [what, target, measured, excess <= 0 ? 'met' : `**missed by ${excess} %**`];
}

function ratesTable(): string {
  return table(
    ['', 'operation', 'at once', 'a second', 'against the first'],
    rates.figures.map(({ place, subject, operation, inFlight, rate, ratio }) => [
      `${place}, ${subject}`,
      operation,
      String(inFlight),
      rate.median.toLocaleString('en'),
      `${times(ratio.median)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`,
    ]),
  );
}

function tripsTable(): string {
  return table(
    ['', 'round trips', 'commands'],
    trips.figures.map(({ operation, trips: taken }) => [
      operation,
      String(taken.length),
      taken.map((commands) => `\`${commands.join(' ')}\``).join(', '),
    ]),
  );
}

function on({ machine }: Results<unknown>): string {
  const quiet = machine.busy ? 'others were at work, so only the ratios mean something' : 'quiet';
  return `Revision ${machine.revision}, Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores, load ${machine.load}: ${quiet}.`;
}

function kept<Figures>(question: string): Results<Figures> {
  const results = readResults<Figures>(question);
  if (results === undefined) throw new Error(`${question} was not asked yet`);
  return results;
}
