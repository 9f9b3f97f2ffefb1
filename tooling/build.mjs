// Builds every package from scratch; what did not change since the last build comes from turbo's cache.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { readUnits, root } from './workspace.mjs';

/** @import { Outcome } from './command.mjs' */

/** @returns {Promise<Outcome>} */
export function buildPackages() {
  // tsc leaves the output of a source file that is gone: it would be published.
  for (const { dir, kind } of readUnits()) {
    if (kind === 'package') rmSync(join(root, dir, 'dist'), { recursive: true, force: true });
  }
  return run('turbo', ['run', 'build', '--filter=./packages/*', '--output-logs=errors-only']);
}

if (process.argv[1] === import.meta.filename) {
  const { ok, output } = await buildPackages();
  console.log(output.trimEnd());
  process.exitCode = ok ? 0 : 1;
}
