/**
 * `@cache/core/conformance`: what a provider and what a codec must do, as cases for any runner, and the wrong ones that show what the cases
 * notice.
 */
export { Broken } from './assert.ts';
export { certify } from './certify.ts';
export type { Certificate, CertifyOptions, GroupVerdict } from './certify.ts';
export { certifyCodec } from './codec/certify-codec.ts';
export type { CertifyCodecOptions, CodecCertificate } from './codec/certify-codec.ts';
export { codecConformance } from './codec/codec-conformance.ts';
export { codecMutationScore } from './codec/codec-mutation-score.ts';
export type { CodecMutationOptions } from './codec/codec-mutation-score.ts';
export { extendCorpus, judgeCorpus } from './codec/corpus.ts';
export type { Corpus, CorpusOptions } from './codec/corpus.ts';
export type { CodecMutant } from './codec/mutants/altered-codec.ts';
export { CODEC_MUTANTS } from './codec/mutants/codec-mutants.ts';
export type { CodecConformanceOptions } from './codec/options.ts';
export { conformance } from './conformance.ts';
export type { RunnableCase, RunnableGroup } from './conformance.ts';
export { checkLinearizability } from './linearizability/checker.ts';
export type { Model, Operation, Verdict } from './linearizability/checker.ts';
export type { Mutant } from './mutants/altered.ts';
export { PROVIDER_MUTANTS } from './mutants/provider-mutants.ts';
export { mutationScore } from './mutation-score.ts';
export type { MutantVerdict, MutationOptions } from './mutation-score.ts';
export type { ConformanceOptions, RealTime } from './options.ts';
export { differenceBetween, sameValue } from './same-value.ts';
export { KEPT_VALUES, VALUE_MATRIX } from './value-matrix.ts';
export { LARGE_VALUES } from './values/large.ts';
export type { KeptSample, RefusedSample, ValueSample } from './values/sample.ts';
