/** `@cache/codec-encrypted`: another codec's bytes, encrypted and bound to their place. */
export { encrypted, type EncryptionOptions } from './encrypted.ts';
export type { EncryptionKey } from './key-ring.ts';
