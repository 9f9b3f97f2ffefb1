/** What promtool says. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusBinaries } from '@cache/test-servers/binaries';

export interface Said {
  readonly status: number | null;
  readonly output: string;
}

/** Runs promtool in a folder with these files, which it may name, and with that input. */
export async function promtool(
  args: readonly string[],
  { files = {}, input = '' }: { readonly files?: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Said> {
  const { promtool: program } = await prometheusBinaries();
  const dir = mkdtempSync(join(tmpdir(), 'cache-promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: dir, input, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
