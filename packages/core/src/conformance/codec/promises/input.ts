/** Input: the forms in which an engine hands bytes over. */
import type { CodecGroup } from '../codec-group.ts';

export const input: CodecGroup = {
  name: 'input',
  guarantee:
    'Bytes are read wherever they lie in their memory, as a Uint8Array or as a Buffer, and nothing around them is.',
  cases: [
    {
      name: 'bytes may begin anywhere in their memory, with anything around them',
      run(trial) {
        for (const encoding of trial.encodings(100_000)) {
          const { name, bytes } = encoding;
          for (const offset of [1, 2, 3, 4, 7, 8]) {
            for (const rest of [0x00, 0xff]) {
              const memory = new Uint8Array(offset + bytes.length + 9).fill(rest);
              memory.set(bytes, offset);
              const view = memory.subarray(offset, offset + bytes.length);
              trial.reads({ ...encoding, name: `${name} ${offset} bytes into its memory` }, view);
            }
          }
        }
      },
    },
    {
      name: 'bytes may lie between the bytes of other values',
      run(trial) {
        const encodings = trial.encodings(1_024);
        const memory = new Uint8Array(encodings.reduce((length, { bytes }) => length + bytes.length, 0));
        let at = 0;
        const views = encodings.map(({ bytes }) => {
          memory.set(bytes, at);
          return memory.subarray(at, (at += bytes.length));
        });
        for (const [i, view] of views.entries())
          trial.reads(encodings[i] as (typeof encodings)[number], view);
      },
    },
    {
      name: 'bytes may be a Buffer, which may lie in the pool of all Buffers',
      run(trial) {
        if (typeof Buffer !== 'function') return;
        for (const encoding of trial.encodings(100_000)) {
          trial.reads({ ...encoding, name: `${encoding.name} as a Buffer` }, Buffer.from(encoding.bytes));
          const { buffer, byteOffset, length } = encoding.bytes;
          trial.reads(encoding, Buffer.from(buffer, byteOffset, length));
        }
      },
    },
  ],
};
