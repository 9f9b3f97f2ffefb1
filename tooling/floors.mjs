// The house rules that a machine can check: which way imports point, and what files are called.
// `node tooling/floors.mjs` prints every breach as file:line and fails if there is one.
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob, posix } from 'node:path';
import { cyclesIn } from './cycles.mjs';
import { readSourceFile } from './imports.mjs';
import { readUnits, root, sourceFilesIn, sourceOf } from './workspace.mjs';

/** @import { Edge } from './cycles.mjs' */
/** @import { SourceFile } from './imports.mjs' */
/** @import { Unit } from './workspace.mjs' */

// ── The rules ──────────────────────────────────────────────────────────────────────────────────────────────────────
//
// Between packages (type imports count like any other):
//   core            imports no other package
//   other packages  import @cache/core; nothing else, save the default codec that floors.json names
//   their tests     may also import core's test-only entry points, and the packages that floors.json names
//   consumers       (examples, benches, docs, tooling) import any published entry point
// Nobody reaches into a package by a path that its `exports` does not name, or by a relative path out of his own.
//
// Inside a package: no cycles, and the floors that packages/<name>/floors.json declares.

const CORE = '@cache/core';
const TEST_ONLY = ['conformance', 'testing'];
const FOR_TESTS = new Set(['@cache/test-servers', '@cache/test-values']);
const NAMES_THAT_SAY_NOTHING = /^(?:utils?|types?|helpers?|commons?|misc|internals?)$/;
const LONG_FILE = 350;

/**
 * packages/<name>/floors.json: the files of src/ from the ground up.
 *
 * @typedef {object} FloorPlan
 * @property {Floor[]} floors each file may import from strictly lower floors
 * @property {string} [defaultCodec] the one codec package that a byte engine may name
 * @property {string[]} [testsWith] the other packages that the tests need
 */

/**
 * @typedef {object} Floor
 * @property {string} name
 * @property {string[]} files globs relative to src/
 * @property {boolean} [siblings] files of this floor may import each other
 * @property {'nothing'} [imports] files of this floor import no module at all, not even of Node
 */

/** @typedef {{ level: 'error' | 'warning', rule: string, file: string, line: number, message: string }} Finding */

// ── The check ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** @param {string} [at] the root of the repository @returns {Finding[]} */
export function checkFloors(at = root) {
  const units = readUnits(at);
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  return units.flatMap((unit) => checkUnit(at, unit, byName));
}

/** @param {string} at @param {Unit} unit @param {Map<string, Unit>} byName @returns {Finding[]} */
function checkUnit(at, unit, byName) {
  /** @type {Finding[]} */
  const findings = [];
  /** @type {Report} */
  const report = (rule, file, line, message, level = 'error') => {
    findings.push({ level, rule, file: `${unit.dir}/${file}`, line, message });
  };
  const sources = new Map(
    sourceFilesIn(join(at, unit.dir)).map((file) => [file, readSourceFile(join(at, unit.dir, file))]),
  );
  const plan = unit.kind === 'package' ? readFloorPlan(at, unit, report) : undefined;

  /** @type {Map<string, Edge[]>} */
  const graph = new Map();
  for (const [file, source] of sources) {
    checkShape(unit, file, source, report);
    graph.set(file, checkImports(at, unit, file, source, plan, byName, report));
  }
  for (const cycle of cyclesIn(graph)) {
    const [first] = cycle;
    report('cycle', first.from, first.line, [first.from, ...cycle.map((edge) => edge.to)].join(' -> '));
  }
  if (plan !== undefined) checkPlan(plan, sources, graph, report);
  return findings;
}

/** @typedef {(rule: string, file: string, line: number, message: string, level?: Finding['level']) => void} Report */

/** @param {Unit} unit @param {string} file @param {SourceFile} source @param {Report} report */
function checkShape(unit, file, source, report) {
  for (const error of source.errors) report('syntax', file, error.line, error.message);
  if (source.lines > LONG_FILE) {
    report('length', file, LONG_FILE + 1, `${source.lines} lines: is this still one idea?`, 'warning');
  }
  for (const part of file.split('/').flatMap((segment) => segment.split('.').slice(0, -1).concat(segment))) {
    if (!NAMES_THAT_SAY_NOTHING.test(part)) continue;
    report('name', file, 1, `"${part}" is a kind, not an idea: name the file after what it holds`);
  }
  if (!/(?:^|\/)index\.[cm]?[jt]s$/.test(file)) return;
  if (!entryPointsOf(unit).includes(file)) {
    report('index', file, 1, 'an index file that the exports of package.json do not name');
  } else {
    for (const line of source.otherThanNamedReExports) {
      report('index', file, line, "an index file only re-exports, by name: export { a, b } from '…'");
    }
  }
}

/**
 * @param {string} at
 * @param {Unit} unit
 * @param {string} file
 * @param {SourceFile} source
 * @param {FloorPlan | undefined} plan
 * @param {Map<string, Unit>} byName
 * @param {Report} report
 * @returns {Edge[]} the imports that stay inside the unit
 */
function checkImports(at, unit, file, source, plan, byName, report) {
  /** @type {Edge[]} */
  const edges = [];
  for (const { specifier, line } of source.imports) {
    const refuse = (/** @type {string} */ message) => report('import', file, line, message);
    if (specifier === undefined) {
      if (isProduct(unit, file)) refuse('a computed path cannot be checked');
    } else if (specifier.startsWith('.')) {
      const to = resolveRelative(at, unit, file, specifier);
      if (posix.join(posix.dirname(file), specifier).startsWith('..')) {
        refuse(`${specifier} leaves ${unit.dir}: import its published entry point`);
      } else if (to === undefined) {
        refuse(`${specifier} is no file: a relative import names the file with its ending`);
      } else {
        edges.push({ from: file, to, line });
        if (isProduct(unit, file)) {
          if (!to.startsWith('src/')) refuse(`${specifier} is not shipped: src/ imports from src/ only`);
          else if (!isTestOnly(file) && isTestOnly(to))
            refuse(`${specifier} is for tests: src/ does without`);
        }
      }
    } else if (/^(?:\/|file:|#)/.test(specifier)) {
      refuse(`${specifier} hides where it leads: use a relative path or an entry point`);
    } else {
      const [name, ...rest] = splitPackageName(specifier);
      const target = byName.get(name);
      if (target !== undefined) checkPackageImport(unit, file, target, rest.join('/'), plan, refuse);
      else if (FOR_TESTS.has(name)) {
        if (isProduct(unit, file)) refuse(`${name} is for tests, benches and examples`);
      } else if (name.startsWith('@cache/')) refuse(`${name} is not a package of this repository`);
    }
  }
  return edges;
}

/**
 * @param {Unit} unit
 * @param {string} file
 * @param {Unit} target
 * @param {string} path what follows the package's name
 * @param {FloorPlan | undefined} plan
 * @param {(message: string) => void} refuse
 */
function checkPackageImport(unit, file, target, path, plan, refuse) {
  const entry = path === '' ? target.name : `${target.name}/${path}`;
  if (target.kind !== 'package' || !isExported(target, path)) {
    refuse(`${entry} is not a published entry point`);
    return;
  }
  if (unit.kind === 'consumer') return;

  const inProduct = isProduct(unit, file);
  const testOnly = TEST_ONLY.includes(path.split('/')[0] ?? '');
  if (target.name === unit.name) {
    if (inProduct) refuse(`${entry} is this package: import the file that has it`);
  } else if (target.name === CORE) {
    if (inProduct && testOnly && !isTestOnly(file)) refuse(`${entry} is for tests, examples and benches`);
  } else if (unit.name === CORE) {
    refuse(`${entry}: core knows no other package, in its tests neither`);
  } else if (inProduct) {
    if (target.name !== plan?.defaultCodec)
      refuse(`${entry}: a package imports @cache/core, never another one`);
  } else if (!plan?.testsWith?.includes(target.name) && target.name !== plan?.defaultCodec) {
    refuse(`${entry}: name it under "testsWith" in floors.json if these tests need it`);
  }
}

/**
 * @param {FloorPlan} plan
 * @param {Map<string, SourceFile>} sources
 * @param {Map<string, Edge[]>} graph
 * @param {Report} report
 */
function checkPlan(plan, sources, graph, report) {
  const product = [...sources.keys()].filter((file) => file.startsWith('src/'));
  /** @type {Map<string, number>} */
  const floorOf = new Map();
  for (const file of product) {
    const listed = plan.floors.flatMap((floor, level) => (isOn(floor, file) ? [level] : []));
    if (listed.length === 0) report('floor', file, 1, 'on no floor: list it in floors.json');
    else floorOf.set(file, /** @type {number} */ (listed[0]));
    if (listed.length > 1) {
      const names = listed.map((level) => plan.floors[level]?.name).join(' and ');
      report('floor', file, 1, `on ${listed.length} floors, ${names}: a file lives on one`);
    }
  }
  for (const { name, files } of plan.floors) {
    for (const glob of files) {
      if (product.some((file) => matchesGlob(file, `src/${glob}`))) continue;
      report('floor', 'floors.json', 1, `"${glob}" on floor ${name} matches no file`);
    }
  }
  for (const file of product) {
    const level = floorOf.get(file);
    if (level === undefined) continue;
    const floor = /** @type {Floor} */ (plan.floors[level]);
    if (floor.imports === 'nothing') {
      for (const { specifier, line } of sources.get(file)?.imports ?? []) {
        report('floor', file, line, `floor ${floor.name} imports nothing, and this imports ${specifier}`);
      }
      continue;
    }
    for (const { to, line } of graph.get(file) ?? []) {
      const below = floorOf.get(to);
      if (below === undefined || below < level || (below === level && floor.siblings === true)) continue;
      const where =
        below === level ? 'on the same floor, which has no siblings' : `up on ${plan.floors[below]?.name}`;
      report('floor', file, line, `from floor ${floor.name}, imports ${to} ${where}: arrows point down`);
    }
  }
}

// ── What things are ────────────────────────────────────────────────────────────────────────────────────────────────

/** Whether a file is part of what a package ships. @param {Unit} unit @param {string} file */
function isProduct(unit, file) {
  return unit.kind === 'package' && file.startsWith('src/');
}

/** Whether a shipped file belongs to an entry point that only tests use. @param {string} file */
function isTestOnly(file) {
  return TEST_ONLY.some((name) => file.startsWith(`src/${name}/`) || file.startsWith(`src/${name}.`));
}

/** @param {Floor} floor @param {string} file */
function isOn(floor, file) {
  return floor.files.some((glob) => matchesGlob(file, `src/${glob}`));
}

/** @param {Unit} unit @returns {string[]} the files that `exports` names under the source condition */
function entryPointsOf(unit) {
  return Object.values(unit.manifest['exports'] ?? {}).flatMap((target) => {
    const source = sourceOf(target);
    return source === undefined ? [] : [source.replace(/^\.\//, '')];
  });
}

/** @param {Unit} unit @param {string} path what follows the package's name */
function isExported(unit, path) {
  const entry = path === '' ? '.' : `./${path}`;
  return Object.keys(unit.manifest['exports'] ?? {}).some((key) => {
    const [head = '', tail] = key.split('*');
    return tail === undefined ? key === entry : entry.startsWith(head) && entry.endsWith(tail);
  });
}

/** @param {string} specifier @returns {[string, ...string[]]} */
function splitPackageName(specifier) {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  return [parts.slice(0, length).join('/'), ...parts.slice(length)];
}

/**
 * @param {string} at
 * @param {Unit} unit
 * @param {string} file
 * @param {string} specifier
 * @returns {string | undefined}
 */
function resolveRelative(at, unit, file, specifier) {
  const to = posix.join(posix.dirname(file), specifier);
  return /\.\w+$/.test(to) && existsSync(join(at, unit.dir, to)) ? to : undefined;
}

/** @param {string} at @param {Unit} unit @param {Report} report @returns {FloorPlan | undefined} */
function readFloorPlan(at, unit, report) {
  const path = join(at, unit.dir, 'floors.json');
  if (!existsSync(path)) {
    report('floor', 'floors.json', 1, 'missing: it lists the files of src/ from the ground up');
    return undefined;
  }
  const plan = /** @type {FloorPlan} */ (JSON.parse(readFileSync(path, 'utf8')));
  if (plan.defaultCodec !== undefined && !plan.defaultCodec.startsWith('@cache/codec-')) {
    report('floor', 'floors.json', 1, `the default codec ${plan.defaultCodec} is not a codec package`);
  }
  return plan;
}

// ── The command ────────────────────────────────────────────────────────────────────────────────────────────────────

if (process.argv[1] === import.meta.filename) {
  const findings = checkFloors();
  for (const { level, rule, file, line, message } of findings) {
    console.log(`${file}:${line}  ${level === 'warning' ? 'warning ' : ''}${rule}: ${message}`);
  }
  const errors = findings.filter(({ level }) => level === 'error').length;
  const files = readUnits().reduce((sum, { dir }) => sum + sourceFilesIn(join(root, dir)).length, 0);
  console.log(`floors: ${files} files, ${errors} errors, ${findings.length - errors} warnings`);
  process.exitCode = errors === 0 ? 0 : 1;
}
