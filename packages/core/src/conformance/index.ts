/** `@cache/core/conformance`: what a provider must do, as cases for any runner, and the wrong providers that show what the cases notice. */
export { Broken } from './assert.ts';
export { certify } from './certify.ts';
export type { Certificate, CertifyOptions, GroupVerdict } from './certify.ts';
export { conformance } from './conformance.ts';
export type { RunnableCase, RunnableGroup } from './conformance.ts';
export { checkLinearizability } from './linearizability/checker.ts';
export type { Model, Operation, Verdict } from './linearizability/checker.ts';
export type { Mutant } from './mutants/altered.ts';
export { PROVIDER_MUTANTS } from './mutants/provider-mutants.ts';
export { mutationScore } from './mutation-score.ts';
export type { MutantVerdict, MutationOptions } from './mutation-score.ts';
export type { ConformanceOptions, RealTime } from './options.ts';
