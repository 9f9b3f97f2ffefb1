#!/usr/bin/env node
// The set-up before `npm start` and `npm test`: installs what the lockfile names, unless that is already there.
// Runs under whatever Node the machine has (20.19 or later), before any dependency exists.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stampFile = join(root, 'node_modules', '.bootstrap-stamp');
const pinnedNode = join(bin, 'node');
const bundlesNode = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

const stamp = hashOfManifests();
if (!isInstalled()) install();
checkNode();

function isInstalled() {
  return (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp &&
    existsSync(join(bin, 'pnpm')) &&
    (!bundlesNode || existsSync(pinnedNode))
  );
}

function install() {
  const startedAt = Date.now();
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const { status, signal } = spawnSync('npx', args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CI: process.env.CI ?? '1' }, // never prompt
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`bootstrap: \`npx ${args.join(' ')}\` failed (${signal ?? `exit ${status}`})`);
    process.exit(status ?? 1);
  }
  writeFileSync(stampFile, stamp);
  console.log(`bootstrap: installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** Checks the Node that the npm scripts will find: the pinned one in node_modules/.bin, else the machine's own. */
function checkNode() {
  const { stdout } = spawnSync(
    existsSync(pinnedNode) ? pinnedNode : 'node',
    ['-p', 'process.versions.node'],
    {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    },
  );
  const found = stdout?.trim() ?? '';
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major >= 26 || (major === 24 && minor >= 15) || (major === 22 && minor >= 22)) return;
  console.error(
    `bootstrap: the scripts need Node 22.22+, 24.15+ or 26+ and found ${found || 'none'}; ` +
      `none comes with the dependencies on ${process.platform}-${process.arch}, so install one`,
  );
  process.exit(1);
}

/** A hash over everything that decides what an install puts on disk. The root is in it because links are absolute. */
function hashOfManifests() {
  const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  for (const name of ['benches', 'docs', 'tooling']) manifests.push(join(name, 'package.json'));
  for (const folder of ['packages', 'examples']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder)).toSorted())
      manifests.push(join(folder, name, 'package.json'));
  }
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n${root}\n`);
  for (const path of manifests) {
    if (existsSync(join(root, path))) hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}
