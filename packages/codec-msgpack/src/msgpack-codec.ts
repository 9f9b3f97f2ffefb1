/** The codec. */
import type { Codec } from '@cache/core';
import { UNDEFINED_VALUE, codecFailure, handedOver } from '@cache/core/codec-parts';
import { createReader } from './reader.ts';
import { createWriter } from './writer.ts';

function createMsgpackCodec(): Codec {
  const write = createWriter();
  const read = createReader();
  return {
    id: 'msgpack',
    encode(value, _, options) {
      if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
      return handedOver(write(value), options);
    },
    decode(bytes, context) {
      try {
        return read(bytes);
      } catch (cause) {
        throw codecFailure(cause, context);
      }
    },
  };
}

/**
 * MessagePack for the whole value model, in a form that any reader of MessagePack can follow. Each message stands for itself: no records, no
 * state that reader and writer would have to share.
 *
 * `encode` is given checked values and refuses none of them. `decode` throws a `CacheError` with the code `CODEC_FAILED` for what is no
 * message, holds an extension that is unknown, or is nested deeper than 2,000 levels, in a time and with memory in proportion to its length.
 */
export const msgpackCodec: Codec = /* @__PURE__ */ createMsgpackCodec();
