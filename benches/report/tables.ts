/** The kept results, a table for each question. */
import type { FootprintFigures } from '../memory-footprint.ts';
import type { GrowthFigures } from '../memory-growth.ts';
import type { LatencyFigures } from '../memory-latency.ts';
import type { HitFigures } from '../method/hits.ts';
import type { Spread } from '../method/statistics.ts';
import type { MetricsFigures } from '../metrics.ts';
import type { StampedeFigures } from '../getorset-stampede.ts';
import type { UpdateFigures } from '../update.ts';
import type { WrappedFigures } from '../wrapped-codecs.ts';
import { duration, table, times } from './markdown.ts';

/** Rows are subjects, columns are sizes and kinds of keys. */
export function hitsTables(figures: readonly HitFigures[]): string {
  const plain = figures.filter(({ variant }) => variant === 'plain');
  const dated = figures.filter(({ variant }) => variant === 'date');
  return `Sessions without a \`Date\`:\n\n${hitsTable(plain)}\n\nSessions with a \`Date\`:\n\n${hitsTable(dated)}`;
}

function hitsTable(figures: readonly HitFigures[]): string {
  const [first] = figures;
  const columns = figures.filter(({ subject, read }) => subject === first?.subject && read === 'get');
  const rows = figures.filter(({ entries, keys }) => entries === first?.entries && keys === first?.keys);
  const rowOf = ({ subject, read, isolates }: HitFigures): string[] => {
    const name = read === 'get' ? subject : `${subject}, \`${read}\``;
    const own = figures.filter((other) => other.subject === subject && other.read === read);
    const cells = columns.map(({ entries, keys }) => {
      const { ns, ratio } = own.find(
        (other) => other.entries === entries && other.keys === keys,
      ) as HitFigures;
      return `${duration(ns.median)} · ${around(ratio)}`;
    });
    return [name, isolates ? 'own' : 'shared', ...cells];
  };
  const head = columns.map(({ entries, keys }) => `${entries.toLocaleString('en')}, ${keys}`);
  return table(['', 'value', ...head], rows.map(rowOf));
}

export function latencyTable(figures: readonly LatencyFigures[]): string {
  const operations = [...new Set(figures.map(({ operation }) => operation))];
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const rowOf = (subject: string): string[] => {
    const own = figures.filter((other) => other.subject === subject);
    const cells = operations.map((operation) => {
      const { p50, p99, p999 } = own.find((other) => other.operation === operation) as LatencyFigures;
      return [p50, p99, p999].map(({ median }) => duration(median)).join(' · ');
    });
    return [subject, ...cells];
  };
  return table(['p50 · p99 · p99.9', ...operations], subjects.map(rowOf));
}

export function growthTable(figures: readonly GrowthFigures[]): string {
  const ms = ({ median, low, high }: Spread): string =>
    `${median.toFixed(1)} (${low.toFixed(1)}-${high.toFixed(1)})`;
  return table(
    ['milliseconds', 'longest step', 'longest pause', 'longest collection', 'all in all'],
    figures.map(({ subject, step, pause, collection, total }) => [
      subject,
      ms(step),
      ms(pause),
      ms(collection),
      total.median.toFixed(0),
    ]),
  );
}

export function footprintTable(figures: readonly FootprintFigures[]): string {
  return table(
    ['bytes', 'an entry', 'an entry with a session', 'left behind by a hit'],
    figures.map(({ subject, bare, session, hit }) => [
      subject,
      `${bare}`,
      `${session}`,
      hit.median.toFixed(0),
    ]),
  );
}

export function updateTable(figures: readonly UpdateFigures[]): string {
  return table(
    ['', 'an update', 'against the queue', 'lost'],
    figures.map(({ subject, atomic, ns, ratio, lost }) => [
      atomic ? subject : `${subject}, \`get\` and \`set\``,
      duration(ns.median),
      around(ratio),
      lost.toLocaleString('en'),
    ]),
  );
}

export function stampedeTable(figures: readonly StampedeFigures[]): string {
  return table(
    ['', 'keys', 'a caller', 'against the least', 'loads'],
    figures.map(({ subject, keys, ns, ratio, loads }) => [
      subject,
      `${keys}`,
      duration(ns.median),
      around(ratio),
      `${loads}`,
    ]),
  );
}

/** A table for each form of values; rows are codecs. */
export function wrappedTables(figures: readonly WrappedFigures[]): string {
  const forms = { session: 'Sessions of some 200 bytes:', order: 'Orders of some 4 kB:' } as const;
  return Object.entries(forms)
    .map(([form, title]) => {
      const own = figures.filter((other) => other.form === form);
      const cell = ({ ns, ratio }: WrappedFigures['encode']): string =>
        `${duration(ns.median)} · ${around(ratio)}`;
      const rows = own.map(({ subject, bytes, encode, decode }) => [
        subject,
        bytes.toLocaleString('en'),
        cell(encode),
        cell(decode),
      ]);
      return `${title}\n\n${table(['', 'bytes', 'encode', 'decode'], rows)}`;
    })
    .join('\n\n');
}

/** Rows are hits, the last column is what watching them costs. */
export function metricsTable(figures: readonly MetricsFigures[]): string {
  return table(
    ['', 'at once', 'a hit', 'watched'],
    figures.map(({ provider, isolation, read, atOnce, ns, ratio }) => [
      `${provider}, ${isolation}, \`${read}\``,
      `${atOnce}`,
      duration(ns.median),
      around(ratio),
    ]),
  );
}

function around({ median, low, high }: Spread): string {
  return `${times(median)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}
