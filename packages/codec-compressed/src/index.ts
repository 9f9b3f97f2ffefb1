/** `@cache/codec-compressed`: another codec's bytes, compressed. */
export { compressed } from './compressed.ts';
export type { AlgorithmName } from './algorithms.ts';
export type { CompressionOptions } from './options.ts';
