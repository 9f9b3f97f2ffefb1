/**
 * A program that reads one poisoned entry, and tells by how many bytes its memory grew at the most. In: `{ entry, maxLength, times }` as JSON,
 * `entry` in base64; without `maxLength` zlib is asked itself.
 */
import { text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressed } from '../src/index.ts';

export interface Poisoning {
  readonly entry: string;
  readonly maxLength: number | undefined;
  readonly times: number;
}

export interface Growth {
  readonly bytes: number;
  readonly code: unknown;
}

const { entry, maxLength, times } = JSON.parse(await text(process.stdin)) as Poisoning;
const bytes = new Uint8Array(Buffer.from(entry, 'base64'));
const codec = compressed(
  { id: 'raw', encode: (value) => value as Uint8Array, decode: (given) => given.length },
  { threshold: 0, ...(maxLength === undefined ? {} : { maxLength }) },
);
const bare = [gunzipSync, brotliDecompressSync, zstdDecompressSync][(bytes[0] as number) - 1] as (
  given: Uint8Array,
) => Uint8Array;
let code: unknown;

const before = process.resourceUsage().maxRSS;
for (let time = 0; time < times; time++) {
  try {
    if (maxLength === undefined) bare(bytes.subarray(1));
    else codec.decode(bytes, { cache: 'c', space: 'c:', key: 'k', schemaVersion: 0 });
    code = 'read';
  } catch (error) {
    ({ code } = error as { code?: unknown });
  }
}
const grown: Growth = { bytes: (process.resourceUsage().maxRSS - before) * 1_024, code };
process.stdout.write(JSON.stringify(grown));
