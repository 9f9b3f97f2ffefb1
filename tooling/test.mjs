// `npm test`: every check, one line each, until the first that fails.
// `node tooling/test.mjs [--long] [stage…]` runs the named stages only; --long adds the tests that take their time.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { root } from './workspace.mjs';

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {[string, ...string[]]} command
 * @property {true} [tells] its output is shown when it passes, too
 * @property {true} [counts] it writes the counts of the closing line, and shows its own progress
 */

const COUNTS = join(root, '.cache', 'vitest.json');

/** @type {Stage[]} */
const STAGES = [
  { name: 'typecheck', command: ['turbo', 'run', 'typecheck', '--continue', '--output-logs=errors-only'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'floors', command: ['node', 'tooling/floors.mjs'], tells: true },
  { name: 'packages', command: ['node', 'tooling/packages.mjs'], tells: true },
  { name: 'unused', command: ['knip'] },
  {
    name: 'tests',
    command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${COUNTS}`],
    counts: true,
  },
  { name: 'docs', command: ['node', 'tooling/doc-examples.mjs'], tells: true },
];

/**
 * The closing line that CI reads. A file that could not even be loaded has no test to count and is one failure.
 *
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} report vitest's
 */
export function closingLine(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + broken.length;
  return `${report.numPassedTests} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/** @param {string[]} args @returns {Promise<boolean>} */
async function main(args) {
  const long = args.includes('--long');
  const names = args.filter((arg) => arg !== '--long');
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    console.error(`no stage ${unknown}; there are ${STAGES.map(({ name }) => name).join(', ')}`);
    return false;
  }
  const stages = names.length === 0 ? STAGES : STAGES.filter(({ name }) => names.includes(name));
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(COUNTS, { force: true });

  let ok = true;
  for (const { name, command, counts, tells } of stages) {
    const startedAt = performance.now();
    const outcome = await run(command[0], command.slice(1), {
      inherit: counts === true,
      env: long ? { CACHE_LONG: '1' } : {},
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    if (counts !== true && (!outcome.ok || tells === true)) console.log(outcome.output.trimEnd());
    console.log(`${outcome.ok ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds} s`);
    if (!outcome.ok) {
      ok = false;
      break;
    }
  }
  const counts = readCounts();
  if (counts !== undefined) console.log(closingLine(counts));
  return ok;
}

function readCounts() {
  try {
    return JSON.parse(readFileSync(COUNTS, 'utf8'));
  } catch {
    return undefined; // the tests were not reached
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
