// What the package.json of every published package has in common.

/** @import { Unit } from './workspace.mjs' */

const FIXED = {
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  files: ['dist', 'src'],
  engines: { node: '>=22' },
};

/** What is wrong with the manifest of a package. @param {Unit} unit @returns {string[]} */
export function checkManifest({ dir, name, manifest }) {
  /** @type {string[]} */
  const faults = [];
  if (name !== dir.replace(/^packages\//, '@cache/')) faults.push(`name is ${name}`);
  for (const [key, value] of Object.entries(FIXED)) {
    if (!isSame(manifest[key], value)) faults.push(`${key} is not ${JSON.stringify(value)}`);
  }
  if (!manifest['description']) faults.push('description is missing');
  if (manifest['publishConfig']?.access !== 'public') faults.push('publishConfig.access is not public');

  for (const [entry, target] of Object.entries(manifest['exports'] ?? {})) {
    if (!isSame(target, expectedTarget(target)))
      faults.push(`exports["${entry}"] is not source, types, default of one file`);
  }
  if (manifest['exports']?.['./package.json'] === undefined) faults.push('exports has no ./package.json');
  if (!isSame(manifest['publishConfig']?.exports, withoutSource(manifest['exports'] ?? {}))) {
    faults.push('publishConfig.exports is not exports without the source condition');
  }

  if (name !== '@cache/core') {
    if (manifest['peerDependencies']?.['@cache/core'] === undefined)
      faults.push('@cache/core is not a peer dependency');
    if (manifest['dependencies']?.['@cache/core'] !== undefined)
      faults.push('@cache/core is a dependency: two copies of it');
  }
  return faults;
}

/** The entry that the source file of a target stands for. @param {any} target */
function expectedTarget(target) {
  if (target === './package.json') return target;
  const stem = /^\.\/src\/(.+)\.ts$/.exec(target['@cache/source'] ?? '')?.[1];
  if (stem === undefined) return undefined;
  return { '@cache/source': `./src/${stem}.ts`, types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` };
}

/** @param {Record<string, any>} entries */
function withoutSource(entries) {
  return Object.fromEntries(
    Object.entries(entries).map(([entry, target]) => {
      if (typeof target === 'string') return [entry, target];
      const { '@cache/source': _, ...published } = target;
      return [entry, published];
    }),
  );
}

/** Compares as text: the order of conditions is part of their meaning. @param {unknown} a @param {unknown} b */
function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
