/**
 * A seeded hash of a string, as a signed 32-bit integer. It only spreads keys: nothing may rest on two keys not sharing it.
 *
 * Even and odd units are mixed apart, so that the processor need not wait for one multiplication to begin the next.
 */
export function hash(text: string, seed: number): number {
  const { length } = text;
  let even = seed;
  let odd = ~seed;
  let at = 0;
  for (; at < length - 1; at += 2) {
    even = Math.imul(even ^ text.charCodeAt(at), 0x0100_0193);
    odd = Math.imul(odd ^ text.charCodeAt(at + 1), 0x85eb_ca6b);
  }
  if (at < length) even = Math.imul(even ^ text.charCodeAt(at), 0x0100_0193);
  let mixed = even ^ Math.imul(odd ^ (odd >>> 15), 0x2c1b_3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
