// Type-checks every ```ts fence of the documentation, and runs those marked ```ts run.
// A fence is a module of its own. ```ts no-check <reason> leaves one out, and says why.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run, runForEach } from './command.mjs';
import { parseSource } from './imports.mjs';
import { root } from './workspace.mjs';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
];

/**
 * @typedef {object} Fence
 * @property {string} document relative to the root
 * @property {number} line of the opening fence, counted from 1
 * @property {string[]} marks the words after `ts`
 * @property {string} code with the document's line numbers: blank lines stand for what precedes it
 */

/** @typedef {{ document: string, line: number, message: string }} Fault */

/** The TypeScript fences of a document. @param {string} document @param {string} text @returns {Fence[]} */
export function fencesIn(document, text) {
  /** @type {Fence[]} */
  const fences = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const opening = /^(?<quote>[\s>]*)(?<ticks>`{3,}|~{3,})\s*(?<info>.*)$/.exec(lines[at] ?? '')?.groups;
    if (opening === undefined) continue;
    const { quote = '', ticks = '', info = '' } = opening;
    const closing = new RegExp(`^[\\s>]*${ticks[0]}{${ticks.length},}\\s*$`);
    let end = at + 1;
    while (end < lines.length && !closing.test(lines[end] ?? '')) end++;
    const language = /^[a-zA-Z]*/.exec(info)?.[0] ?? '';
    const marks = info.slice(language.length).split(/\s+/).filter(Boolean);
    if (language === 'ts' || language === 'typescript') {
      const code = lines
        .slice(at + 1, end)
        .map((line) => (line.startsWith(quote) ? line.slice(quote.length) : line.trimStart()));
      fences.push({ document, line: at + 1, marks, code: `${'\n'.repeat(at + 1)}${code.join('\n')}\n` });
    }
    at = end;
  }
  return fences;
}

/** What is wrong with a fence before any compiler sees it. @param {Fence} fence @returns {string | undefined} */
export function refusalOf({ marks, code }) {
  const [mark, ...rest] = marks;
  if (mark === 'no-check') return rest.length === 0 ? '`no-check` needs a reason after it' : undefined;
  if (mark !== undefined && mark !== 'run')
    return `unknown mark \`${mark}\`: there are \`run\` and \`no-check\``;
  const path = parseSource('fence.ts', code).imports.find(({ specifier }) =>
    /^[./]/.test(specifier ?? ''),
  )?.specifier;
  return path === undefined ? undefined : `imports ${path}: an example imports what a reader can install`;
}

/**
 * Checks the documents under a root.
 *
 * @param {string} [at] the root of the repository
 * @returns {Promise<{ fences: number, ran: number, faults: Fault[] }>}
 */
export async function checkDocExamples(at = root) {
  const documents = globSync(DOCUMENTS, {
    cwd: at,
    exclude: (name) => name.split('/').includes('node_modules'),
  }).toSorted();
  const fences = documents.flatMap((document) =>
    fencesIn(document, readFileSync(join(at, document), 'utf8')),
  );
  const faults = fences.flatMap(({ document, line, ...fence }) => {
    const message = refusalOf({ document, line, ...fence });
    return message === undefined ? [] : [{ document, line, message }];
  });
  const checked = fences.filter((fence) => fence.marks[0] !== 'no-check' && refusalOf(fence) === undefined);
  if (checked.length === 0) return { fences: 0, ran: 0, faults };

  const folder = join(at, '.cache', 'doc-examples');
  /** @type {Map<string, Fence>} */
  const modules = new Map(checked.map((fence) => [`${fence.document}.${fence.line}.ts`, fence]));
  layOut(at, folder, modules);
  faults.push(...(await typeFaults(folder, modules)));

  const runnable = [...modules].filter(([, { marks }]) => marks[0] === 'run');
  if (faults.length === 0) {
    const outcomes = await runForEach(runnable, async ([module, fence]) => {
      const { ok, output } = await run('node', ['--conditions=@cache/source', module], {
        cwd: folder,
        timeout: 30_000,
      });
      return ok
        ? []
        : [{ document: fence.document, line: fence.line, message: `failed:\n${output.trimEnd()}` }];
    });
    faults.push(...outcomes.flat());
  }
  return { fences: checked.length, ran: runnable.length, faults };
}

/** @param {string} at @param {string} folder @param {Map<string, Fence>} modules */
function layOut(at, folder, modules) {
  rmSync(folder, { recursive: true, force: true });
  for (const [module, { code }] of modules) {
    mkdirSync(dirname(join(folder, module)), { recursive: true });
    writeFileSync(join(folder, module), code);
  }
  // An example may import what the docs package depends on, and nothing else.
  const installed = join(at, 'docs', 'node_modules');
  if (existsSync(installed)) symlinkSync(installed, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const config = {
    extends: relative(folder, join(at, 'tsconfig.base.json')),
    compilerOptions: {
      noEmit: true,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      moduleDetection: 'force',
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    files: [...modules.keys()],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config, null, 2));
}

/** @param {string} folder @param {Map<string, Fence>} modules @returns {Promise<Fault[]>} */
async function typeFaults(folder, modules) {
  const { ok, output } = await run('tsc', ['-p', 'tsconfig.json', '--pretty', 'false'], { cwd: folder });
  if (ok) return [];
  /** @type {Fault[]} */
  const faults = [];
  for (const text of output.trimEnd().split('\n')) {
    const {
      module = '',
      line,
      message = text,
    } = /^(?<module>.+?)\((?<line>\d+),\d+\): (?<message>.*)$/.exec(text)?.groups ?? {};
    const fence = modules.get(module);
    const last = faults.at(-1);
    if (line === undefined && last !== undefined) last.message += `\n${text}`; // the compiler goes on about the last one
    else faults.push({ document: fence?.document ?? module, line: Number(line ?? 0), message });
  }
  return faults;
}

if (process.argv[1] === import.meta.filename) {
  const { fences, ran, faults } = await checkDocExamples();
  for (const { document, line, message } of faults) console.log(`${document}:${line}  ${message}`);
  console.log(`doc examples: ${fences} compiled, ${ran} run, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
