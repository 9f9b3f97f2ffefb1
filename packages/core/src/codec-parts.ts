/**
 * `@cache/core/codec-parts`: what the codecs of `@cache/core` are made of, for those that live in packages of their own. Experimental: it
 * changes with them. A codec of somebody else needs none of it.
 */
export { bytesOfMagnitude, magnitudeOf } from './bignum.ts';
export { codecFailure, handedOver } from './binary-codec.ts';
export { TextReader } from './binary-text.ts';
export { MAX_PARTS, unfoldsBeyond } from './bounds.ts';
export { MEMORY_TYPES, bytesOfMemory, memoryOf, memoryTypeOf } from './memory-types.ts';
export type { MemoryType } from './memory-types.ts';
export { UNDEFINED_VALUE } from './values.ts';
export { getterOf } from './views.ts';
