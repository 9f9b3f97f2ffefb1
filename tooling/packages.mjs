// Checks every package as its users will get it: built, packed, and read by the tools that know the traps.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { buildPackages } from './build.mjs';
import { run, runForEach } from './command.mjs';
import { checkManifest } from './manifest.mjs';
import { checkSize } from './size.mjs';
import { readUnits, root } from './workspace.mjs';

/** @import { Unit } from './workspace.mjs' */

const PACKED = join(root, '.cache', 'packed');

const packages = readUnits().filter(({ kind }) => kind === 'package');
const built = await buildPackages();
if (!built.ok) {
  console.log(built.output);
  process.exitCode = 1;
} else {
  rmSync(PACKED, { recursive: true, force: true });
  const results = await runForEach(packages, async (unit) => ({ unit, faults: await faultsOf(unit) }));
  for (const { unit, faults } of results) {
    const size = faults.length === 0 ? await checkSize(unit) : { ok: true, text: '' };
    console.log(`${unit.name}  ${size.text}${size.ok ? '' : '  TOO LARGE'}`);
    for (const fault of faults) console.log(`  ${fault.trim().replaceAll('\n', '\n  ')}`);
    if (faults.length > 0 || !size.ok) process.exitCode = 1;
  }
}

/** @param {Unit} unit @returns {Promise<string[]>} */
async function faultsOf(unit) {
  const faults = checkManifest(unit).map((fault) => `package.json: ${fault}`);
  const tarball = await pack(unit);
  if (tarball.path === undefined) return [...faults, tarball.output];

  const { pkg, messages } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball.path)).buffer },
    strict: true,
  });
  faults.push(...messages.map((message) => `publint: ${formatMessage(message, pkg)}`));

  const types = await run('attw', [
    tarball.path,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji',
  ]);
  if (!types.ok) faults.push(`attw: ${types.output}`);

  // Without the source condition, a package finds its own entry points in dist, as its users will.
  const entries = Object.keys(unit.manifest['exports']).filter(
    (entry) => !/package\.json$|\/vitest$/.test(entry),
  );
  const script = `for (const entry of ${JSON.stringify(entries)}) await import('${unit.name}' + entry.slice(1));`;
  const imported = await run('node', ['--input-type=module', '--eval', script], {
    cwd: join(root, unit.dir),
  });
  if (!imported.ok) faults.push(`import: ${imported.output}`);
  return faults;
}

/** Packs a package as publishing would. @param {Unit} unit @returns {Promise<{ path: string | undefined, output: string }>} */
async function pack({ dir }) {
  const folder = join(PACKED, dir);
  mkdirSync(folder, { recursive: true });
  const { ok, output } = await run('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, dir) });
  const file = ok ? readdirSync(folder).find((name) => name.endsWith('.tgz')) : undefined;
  return { path: file && join(folder, file), output };
}
