// The units of the repository (packages, examples, and the folders beside them) and the files in each.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Unit
 * @property {string} dir relative to the root, `packages/core`
 * @property {string} name from its manifest, `@cache/core`
 * @property {'package' | 'consumer'} kind a published package, or code that only uses them
 * @property {Record<string, any>} manifest
 */

const CONSUMERS = ['benches', 'docs', 'tooling'];
const NOT_SOURCES = new Set(['node_modules', 'dist', 'coverage', '.cache', '.turbo']);
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

export const root = join(import.meta.dirname, '..');

/** @param {string} [at] the root of the repository @returns {Unit[]} */
export function readUnits(at = root) {
  const folders = [
    ...foldersIn(at, 'packages').map((dir) => ({ dir, kind: /** @type {const} */ ('package') })),
    ...foldersIn(at, 'examples').map((dir) => ({ dir, kind: /** @type {const} */ ('consumer') })),
    ...CONSUMERS.map((dir) => ({ dir, kind: /** @type {const} */ ('consumer') })),
  ];
  return folders
    .filter(({ dir }) => existsSync(join(at, dir, 'package.json')))
    .map(({ dir, kind }) => {
      const manifest = JSON.parse(readFileSync(join(at, dir, 'package.json'), 'utf8'));
      return { dir, kind, name: manifest.name, manifest };
    });
}

/** The source files under a folder, relative to it, sorted. @param {string} dir absolute @returns {string[]} */
export function sourceFilesIn(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (NOT_SOURCES.has(entry.name)) return [];
      if (entry.isDirectory())
        return sourceFilesIn(join(dir, entry.name)).map((file) => `${entry.name}/${file}`);
      return SOURCE.test(entry.name) ? [entry.name] : [];
    });
}

/** The value of an `exports` entry under the source condition. @param {any} target @returns {string | undefined} */
export function sourceOf(target) {
  return typeof target === 'string' ? undefined : target['@cache/source'];
}

/** @param {string} at @param {string} folder */
function foldersIn(at, folder) {
  if (!existsSync(join(at, folder))) return [];
  return readdirSync(join(at, folder))
    .toSorted()
    .map((name) => `${folder}/${name}`);
}
