/** What a caller may say about compression, and what is made of it. */
import { ALGORITHMS, runtimeName, type Algorithm, type AlgorithmName } from './algorithms.ts';

export interface CompressionOptions {
  /**
   * What new entries are compressed with. Entries of each algorithm are read, whichever is chosen. Default `'gzip'`. `'zstd'` is not in
   * every runtime: Node has it since 22.15.
   */
  readonly algorithm?: AlgorithmName | undefined;
  /** How hard to try: gzip 1 to 9, default 6; brotli 0 to 11, default 4; zstd 1 to 22, default 3. */
  readonly level?: number | undefined;
  /** In bytes: what is shorter is kept as it is. Default 1,024. */
  readonly threshold?: number | undefined;
  /**
   * In bytes: how much an entry may hold once it is expanded. More is refused where it is written, and where it is read. At most 2 ** 30,
   * default 16 MiB.
   */
  readonly maxLength?: number | undefined;
}

export interface CompressionSettings {
  readonly algorithm: Algorithm;
  readonly level: number;
  readonly threshold: number;
  readonly maxLength: number;
}

const NAMES: ReadonlySet<string> = new Set(['algorithm', 'level', 'threshold', 'maxLength']);
const LARGEST = 2 ** 30;

/** Throws a `TypeError` that names the option and the remedy. */
export function settingsOf(options: CompressionOptions): CompressionSettings {
  if (typeof options !== 'object' || options === null) throw misuse('options', 'give an object');
  for (const name of Object.keys(options))
    if (!NAMES.has(name))
      throw misuse(`the option '${name}'`, `there is none of this name; there are ${[...NAMES].join(', ')}`);
  const { algorithm: name = 'gzip', threshold = 1_024, maxLength = 16 * 2 ** 20 } = options;
  const algorithm = algorithmNamed(name);
  const { least, most, usual } = algorithm.levels;
  const { level = usual } = options;
  checkWhole(`level of ${name}`, level, least, most);
  checkWhole('maxLength', maxLength, 1, LARGEST);
  checkWhole('threshold', threshold, 0, LARGEST);
  if (threshold > maxLength)
    throw misuse(
      `threshold is ${threshold} and maxLength ${maxLength}`,
      'nothing would be compressed; give a lower threshold, or use the inner codec alone',
    );
  return { algorithm, level, threshold, maxLength };
}

function algorithmNamed(name: unknown): Algorithm {
  const algorithm = ALGORITHMS.find((each) => each.name === name);
  if (algorithm === undefined) throw misuse('algorithm', `expected 'gzip', 'brotli' or 'zstd'`);
  if (!algorithm.available)
    throw misuse(
      `algorithm '${algorithm.name}'`,
      `${runtimeName()} lacks it; choose 'brotli' or 'gzip', or run on Node 22.15 or later`,
    );
  return algorithm;
}

function checkWhole(what: string, given: unknown, least: number, most: number): void {
  if (Number.isInteger(given) && (given as number) >= least && (given as number) <= most) return;
  throw misuse(what, `expected a whole number from ${least} to ${most}`);
}

/** Misuse, told as the rest of the house does: the place, the fault, the remedy. */
export function misuse(what: string, remedy: string): TypeError {
  return new TypeError(`compressed: ${what}: ${remedy}`);
}
