/** What a codec lends, handed over as core hands it over. */
import type { Codec } from '../../codec.ts';
import { demand } from '../assert.ts';
import { show } from '../show.ts';

/** A codec whose bytes are copies of what `codec` lends. What was lent is overwritten: a codec may not rely on anything that it lent. */
export function borrowed(codec: Codec): Codec {
  return {
    id: codec.id,
    checks: codec.checks,
    authenticates: codec.authenticates,
    encode(value, context) {
      const lent: unknown = codec.encode(value, context, { mayLend: true });
      demand(lent instanceof Uint8Array, `encode gave ${show(lent)}, not a Uint8Array`);
      const bytes = new Uint8Array(lent);
      lent.fill(0xff);
      return bytes;
    },
    decode: (bytes, context) => codec.decode(bytes, context),
  };
}
