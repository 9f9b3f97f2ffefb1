/** What does a package weigh in a bundle? */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inspectMachine } from './method/machine.ts';
import { keepResults } from './method/results.ts';

export interface BundleFigures {
  readonly name: string;
  /** Kilobytes, minified and gzipped, peers left out. */
  readonly size: number;
}

const root = join(import.meta.dirname, '..');
const output = execFileSync(process.execPath, ['tooling/size.mjs'], { cwd: root, encoding: 'utf8' });
const figures = [...output.matchAll(/^(@cache\/\S+)\s+([\d.]+) kB of/gm)].map(
  ([, name, size]): BundleFigures => ({
    name: name as string,
    size: Number(size),
  }),
);
console.log(output);
keepResults('bundle', { machine: inspectMachine(), figures });
