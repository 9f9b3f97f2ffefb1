/** The suite judged by its mutants: how many wrong codecs it notices. */
import { createBinaryCodec } from '../../binary-codec.ts';
import type { Codec } from '../../codec.ts';
import { firstFailure, type MutantVerdict } from '../mutation-score.ts';
import { codecConformance } from './codec-conformance.ts';
import type { CodecMutant } from './mutants/altered-codec.ts';
import { CODEC_MUTANTS } from './mutants/codec-mutants.ts';

export interface CodecMutationOptions {
  /** Gives the right codec that the mutants make wrong: one that checks, and covers the whole model. Default: the built-in one. */
  readonly codec?: (() => Codec) | undefined;
  /** As for the suite. Default true. */
  readonly thorough?: boolean | undefined;
  /** Default: those that ship with the suite. */
  readonly mutants?: readonly CodecMutant[] | undefined;
}

/** Runs, for each mutant, the group that must notice it, until a case of it fails. */
export async function codecMutationScore({
  codec = createBinaryCodec,
  thorough,
  mutants = CODEC_MUTANTS,
}: CodecMutationOptions = {}): Promise<readonly MutantVerdict[]> {
  const verdicts: MutantVerdict[] = [];
  for (const { name, group, wrong, declares } of mutants) {
    const groups = codecConformance({ ...declares, codec: wrong(codec), thorough });
    const cases = groups.find((each) => each.name === group)?.cases;
    if (cases === undefined)
      throw new Error(`mutant '${name}' names the group '${group}', which does not exist`);
    verdicts.push({ name, group, ...(await firstFailure(cases)) });
  }
  return verdicts;
}
