/**
 * The score of the suite for codecs: how many wrong codecs it notices. `node --conditions=@cache/source report.ts` judges every mutant, prints
 * the score and writes it into docs/writing-a-codec.md; with `--check` it changes nothing, and fails when a mutant lives or the page is out
 * of date. `--slice` judges by the slice of the suite that runs often. `--verbose` tells which case noticed.
 */
import { codecMutationScore } from '../../src/conformance/codec/codec-mutation-score.ts';
import { CODEC_GROUPS } from '../../src/conformance/codec/codec-groups.ts';
import { publishScore } from '../conformance/published-score.ts';

const isCheck = process.argv.includes('--check');
const isSlice = process.argv.includes('--slice');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const order = CODEC_GROUPS.map(({ name }) => name);
const judged = (await codecMutationScore({ thorough: !isSlice })).toSorted(
  (a, b) => order.indexOf(a.group) - order.indexOf(b.group) || a.name.localeCompare(b.name),
);
const living = judged.filter(({ killedBy }) => killedBy === undefined);
if (process.argv.includes('--verbose')) {
  for (const { group, name, killedBy, message } of judged)
    say(`${group}: ${name}\n    ${killedBy ?? 'NOT NOTICED'}: ${message}`);
}
for (const { group, name } of living) say(`not noticed by '${group}': ${name}`);
say(`mutants: ${judged.length - living.length} of ${judged.length} killed`);

const isCurrent = await publishScore('writing-a-codec.md', import.meta.filename, table(), isCheck);
if (isCheck && !isCurrent) say(`docs/writing-a-codec.md is out of date: run ${process.argv[1]}`);
process.exitCode = living.length > 0 || (isCheck && !isCurrent) ? 1 : 0;

function table(): string {
  const summary = CODEC_GROUPS.map(({ name, guarantee }) => {
    const own = judged.filter(({ group }) => group === name);
    const killed = own.filter(({ killedBy }) => killedBy !== undefined);
    return `| ${name} | ${guarantee} | ${killed.length} of ${own.length} |`;
  });
  const list = judged.map(
    ({ group, name, killedBy }) =>
      `| ${group} | a codec that ${name} | ${killedBy === undefined ? '**no**' : 'yes'} |`,
  );
  return [
    `**${judged.length - living.length} of ${judged.length} mutants are noticed**, each by the group that names it.`,
    '',
    '| group | what a cache may rely on when it passes | mutants noticed |',
    '|---|---|---|',
    ...summary,
    '',
    '<details>',
    '<summary>Every mutant</summary>',
    '',
    '| group | what is wrong | noticed |',
    '|---|---|---|',
    ...list,
    '',
    '</details>',
    '',
  ].join('\n');
}
