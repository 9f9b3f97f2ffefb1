/**
 * The score of the kit: how many wrong providers and wrong caches it notices. `node --conditions=@cache/source report.ts` judges every
 * mutant, prints the score and writes it into docs/conformance.md; with `--check` it changes nothing, and fails when a mutant lives or the
 * page is out of date. `--verbose` tells which case noticed.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { GROUPS } from '../../src/conformance/groups.ts';
import { publishScore } from './published-score.ts';
import type { Judged } from './score.ts';

const isCheck = process.argv.includes('--check');
const isVerbose = process.argv.includes('--verbose');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const judged = await judgeAll(Math.min(2, availableParallelism()));
const living = judged.filter(({ killedBy }) => killedBy === undefined);
if (isVerbose) {
  for (const { group, name, killedBy, message } of judged)
    say(`${group}: ${name}\n    ${killedBy ?? 'NOT NOTICED'}: ${message}`);
}
for (const { group, name } of living) say(`not noticed by '${group}': ${name}`);
say(`mutants: ${judged.length - living.length} of ${judged.length} killed`);

const isCurrent = await publishScore('conformance.md', import.meta.filename, table(), isCheck);
if (isCheck && !isCurrent) say(`docs/conformance.md is out of date: run ${process.argv[1]}`);
process.exitCode = living.length > 0 || (isCheck && !isCurrent) ? 1 : 0;

/** Every mutant, in the order of the groups; the work is shared by so many processes. */
async function judgeAll(processes: number): Promise<readonly Judged[]> {
  const shares = await Promise.all(
    Array.from({ length: processes }, (_, share) => judgeShare(share, processes)),
  );
  const order = GROUPS.map(({ name }) => name);
  return shares
    .flat()
    .toSorted(
      (a, b) =>
        order.indexOf(a.group) - order.indexOf(b.group) ||
        a.kind.localeCompare(b.kind) ||
        a.name.localeCompare(b.name),
    );
}

function judgeShare(share: number, of: number): Promise<readonly Judged[]> {
  const script = join(import.meta.dirname, 'score.ts');
  const args = ['--conditions=@cache/source', '--no-warnings', script, String(share), String(of)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error !== null) return reject(new Error(stderr));
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      return resolve(lines.map((line) => JSON.parse(line) as Judged));
    });
  });
}

function table(): string {
  const summary = GROUPS.map(({ name, guarantee }) => {
    const own = judged.filter(({ group }) => group === name);
    const killed = own.filter(({ killedBy }) => killedBy !== undefined);
    return `| ${name} | ${guarantee} | ${killed.length} of ${own.length} |`;
  });
  const subject = { provider: 'an engine that', core: 'a cache that' };
  const list = judged.map(
    ({ group, kind, name, killedBy }) =>
      `| ${group} | ${subject[kind]} ${name} | ${killedBy === undefined ? '**no**' : 'yes'} |`,
  );
  return [
    `**${judged.length - living.length} of ${judged.length} mutants are noticed**, each by the group that names it.`,
    '',
    '| group | what a program may rely on when it passes | mutants noticed |',
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
