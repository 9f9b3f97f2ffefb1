/** Writes the files that the package ships: `node --conditions=@cache/source packages/metrics/test/monitoring/write-files.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, files } from './files.ts';

mkdirSync(FOLDER, { recursive: true });
for (const [name, text] of files()) writeFileSync(join(FOLDER, name), text);
