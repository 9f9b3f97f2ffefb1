import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder on disk with the given files, deleted when disposed. */
export function plantTree(files: Record<string, string | object>): Disposable & { root: string } {
  const root = mkdtempSync(join(tmpdir(), 'cache-tooling-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}
