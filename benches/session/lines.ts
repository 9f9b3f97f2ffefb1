/** What does a cache save a program that keeps sessions? Lines and branches of the session manager, beside those of the same by hand. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parseSync } from 'oxc-parser';
import { keepResults } from '../method/results.ts';
import { inspectMachine } from '../method/machine.ts';
import type { CodeFigures } from './figures.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = join(ROOT, 'packages', 'session', 'src');

const manager = reachable(join(SOURCES, 'manager.ts'));
const asking = manager.filter((file) => asksTheStore(file));
const byHand = reachable(join(import.meta.dirname, 'by-hand', 'cache-by-hand.ts'));

const figures = [
  await figuresOf('the session manager', manager),
  await figuresOf('of it, what asks the store', asking),
  await figuresOf('what it asks of a cache, by hand', byHand),
  await figuresOf('the same sessions by hand: both', [...manager, ...byHand]),
] as const;
for (const { what, files, lines, functions, complexity, most } of figures)
  console.log(
    `${what.padEnd(34)} ${String(files).padStart(3)} files ${String(lines).padStart(5)} lines ${String(functions).padStart(4)} functions, complexity ${String(complexity).padStart(4)}, at most ${most}`,
  );
const [ours, ourAsking, hand, both] = figures;
const share = (one: number, other: number): string => `${((100 * one) / other).toFixed(0)} %`;
console.log(
  `With a cache it takes ${share(ours.lines, both.lines)} of the lines and ${share(ours.complexity, both.complexity)} of the complexity;`,
);
console.log(
  `of what has to do with the store ${share(ourAsking.lines, ourAsking.lines + hand.lines)} and ${share(ourAsking.complexity, ourAsking.complexity + hand.complexity)}.`,
);
keepResults('session-lines', { machine: inspectMachine(), figures });

/** The file and what it imports from beside it, types included. */
function reachable(file: string, known: Set<string> = new Set()): readonly string[] {
  if (known.has(file)) return [];
  known.add(file);
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  const beside = module.staticImports
    .map(({ moduleRequest }) => moduleRequest.value)
    .filter((specifier) => specifier.startsWith('.'));
  return [file, ...beside.flatMap((specifier) => reachable(join(file, '..', specifier), known))];
}

function asksTheStore(file: string): boolean {
  return /\bcache\b/.test(withoutComments(readFileSync(file, 'utf8'), file));
}

function withoutComments(text: string, file: string): string {
  let code = text;
  for (const { start, end } of parseSync(file, text).comments)
    code = code.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ') + code.slice(end);
  return code;
}

async function figuresOf(what: string, files: readonly string[]): Promise<CodeFigures> {
  const lines = files.flatMap((file) =>
    withoutComments(readFileSync(file, 'utf8'), file)
      .split('\n')
      .filter((line) => line.trim() !== ''),
  );
  const each = await complexities(files);
  return {
    what,
    files: files.length,
    lines: lines.length,
    functions: each.length,
    complexity: each.reduce((sum, one) => sum + one, 0),
    most: Math.max(...each),
  };
}

/** Of each function, by oxlint's rule of that name: allowed none, it tells of all. */
async function complexities(files: readonly string[]): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'complexity-'));
  try {
    const config = join(folder, 'oxlintrc.json');
    writeFileSync(
      config,
      JSON.stringify({
        categories: { correctness: 'off' },
        rules: { 'eslint/complexity': ['error', { max: 0 }] },
      }),
    );
    const names = files.map((file) => relative(ROOT, file));
    const { stdout } = await promisify(execFile)(
      join(ROOT, 'node_modules', '.bin', 'oxlint'),
      ['-c', config, '-f', 'json', ...names],
      { cwd: ROOT, maxBuffer: 1 << 26 },
    ).catch((error: unknown) => error as { stdout: string }); // it finds fault, as it was told to
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { message: string }[] };
    return diagnostics.map(({ message }) => Number(/complexity of (\d+)/.exec(message)?.[1]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
