/** Writes the kept results into README.md, between the two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults } from '../method/results.ts';
import { duration, table, times } from '../report/markdown.ts';
import type { CodecFigures, Cost } from './figures.ts';
import { BARE, CHECKING } from './subjects.ts';
import type { ValueForm } from './values.ts';

const BEGIN = '<!-- results -->';
const END = '<!-- /results -->';
const TITLES: Readonly<Record<ValueForm, string>> = {
  session: 'Sessions of some 200 bytes',
  document: 'Documents of some 4 kB',
};

const results = readResults<readonly CodecFigures[]>('codecs', join(import.meta.dirname, 'results'));
if (results === undefined) throw new Error('nothing was measured yet');
const { machine, figures } = results;
const quiet = machine.busy ? 'others were at work, so only the ratios mean something' : 'quiet';

const sections = [
  '## Targets',
  targetsTable(),
  ...Object.entries(TITLES).map(([form, title]) => `## ${title}\n\n${costsTable(form as ValueForm)}`),
  `Revision ${machine.revision}, Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores, load ${machine.load}: ${quiet}.`,
];

const path = join(import.meta.dirname, 'README.md');
const [before, rest] = readFileSync(path, 'utf8').split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`README.md has no ${BEGIN} ... ${END}`);
writeFileSync(path, `${before}${BEGIN}\n\n${sections.join('\n\n')}\n\n${END}${after}`);

/** By the processor's time: by the clock a busy machine tells of the others on it. */
function targetsTable(): string {
  const ours = figures.filter(({ subject }) => subject.startsWith('@cache/'));
  return table(
    ['', 'against', 'encode, at most', '', 'decode, at most', ''],
    ours.map(({ subject, form, encode, decode }) => {
      const bound = CHECKING.has(subject) ? 1.7 : 1.15;
      return [
        `${subject}, ${form}`,
        BARE[subject],
        times(bound),
        verdict(encode, bound),
        times(1.15),
        verdict(decode, 1.15),
      ];
    }),
  );
}

function verdict({ userRatio }: Cost, bound: number): string {
  const excess = Math.ceil((userRatio / bound - 1) * 100);
  return `${times(userRatio)}, ${excess <= 0 ? 'met' : `**missed by ${excess} %**`}`;
}

function costsTable(form: ValueForm): string {
  return table(
    ['', 'bytes', 'encode', 'against the library', 'processor', 'decode', 'against the library', 'processor'],
    figures
      .filter((each) => each.form === form)
      .map(({ subject, bytes, encode, decode }) =>
        [[subject, bytes.toLocaleString('en')], cells(encode), cells(decode)].flat(),
      ),
  );
}

function cells({ ns, ratio, userNs, userRatio }: Cost): readonly string[] {
  const { median, low, high } = ratio;
  return [
    duration(ns.median),
    `${times(median)} (${low.toFixed(2)}-${high.toFixed(2)})`,
    `${duration(userNs)} · ${times(userRatio)}`,
  ];
}
