/** Codecs, each wrong in one way. The suite is as good as the number of them it notices. */
import type { CodecMutant } from './altered-codec.ts';
import { CALL_MUTANTS } from './of-calls.ts';
import { LENDING_MUTANTS } from './of-lending.ts';
import { MEMORY_MUTANTS } from './of-memory.ts';
import { STRAY_MUTANTS } from './of-stray-bytes.ts';
import { VALUE_MUTANTS } from './of-values.ts';

export const CODEC_MUTANTS: readonly CodecMutant[] = [
  ...VALUE_MUTANTS,
  ...MEMORY_MUTANTS,
  ...LENDING_MUTANTS,
  ...CALL_MUTANTS,
  ...STRAY_MUTANTS,
];
