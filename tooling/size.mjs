// What a package costs in a bundle: its main entry point, minified and gzipped, without its peers. Core comes with what it depends on;
// the others, which only servers bundle or which wrap a library, without.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildPackages } from './build.mjs';
import { readUnits, root } from './workspace.mjs';

/** @import { Unit } from './workspace.mjs' */

/** Bytes at most, by package: a guard against growing unnoticed, a little above what the package weighs (docs/decisions/0015). */
const BUDGETS = new Map([
  ['@cache/core', 52_000], // zod and cockatiel included
  ['@cache/memory', 10_200],
  ['@cache/redis', 30_500],
  ['@cache/codec-cbor', 5_600],
  ['@cache/codec-compressed', 3_000],
  ['@cache/codec-encrypted', 3_000],
  ['@cache/codec-json', 3_000],
  ['@cache/codec-msgpack', 3_000],
  ['@cache/codec-protobuf', 3_800],
  ['@cache/codec-v8', 2_000],
  ['@cache/session', 10_000],
  ['@cache/metrics', 8_000],
]);

/**
 * Measures a built package.
 *
 * @param {Unit} unit
 * @returns {Promise<{ ok: boolean, text: string }>}
 */
export async function checkSize({ dir, name, manifest }) {
  const budget = BUDGETS.get(name);
  const { outputFiles } = await build({
    entryPoints: [join(root, dir, manifest['exports']['.'].default)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    mainFields: ['module', 'main'],
    external: [
      'node:*',
      ...Object.keys(manifest['peerDependencies'] ?? {}),
      ...(name === '@cache/core' ? [] : Object.keys(manifest['dependencies'] ?? {})),
    ],
    logLevel: 'silent',
  });
  const size = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  if (budget === undefined)
    return { ok: false, text: `${kilobytes(size)}, and size.mjs has no budget for it` };
  return { ok: size <= budget, text: `${kilobytes(size)} of ${kilobytes(budget)}` };
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

if (process.argv[1] === import.meta.filename) {
  const built = await buildPackages();
  if (!built.ok) console.log(built.output);
  process.exitCode = built.ok ? 0 : 1;
  for (const unit of built.ok ? readUnits().filter(({ kind }) => kind === 'package') : []) {
    const { ok, text } = await checkSize(unit);
    console.log(`${unit.name}  ${text}${ok ? '' : '  TOO LARGE'}`);
    if (!ok) process.exitCode = 1;
  }
}
