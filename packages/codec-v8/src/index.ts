/** `@cache/codec-v8`: the own format of V8 for the whole value model. */
export { v8Codec } from './v8-codec.ts';
