/** The codec as tests use it. */
import { type Trial, trialOf } from '@cache/test-values/trial';
import { cborCodec } from '../src/index.ts';

const trial: Trial = trialOf(cborCodec);

export const encode: Trial['encode'] = trial.encode;
export const decode: Trial['decode'] = trial.decode;
export const tryDecode: Trial['tryDecode'] = trial.tryDecode;
