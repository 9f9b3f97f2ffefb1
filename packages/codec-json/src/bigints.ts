/** Bigints as digits and back, in a time that is all but linear. */

/** More digits than these are hexadecimal. In decimal they would take time out of proportion to their number. */
const MAX_DECIMAL = 1_000;

/** In decimal; in hexadecimal, `-0x1f…`, where that would take more than 1,000 digits. */
export function digitsOf(value: bigint): string {
  const sign = value < 0n ? '-' : '';
  const magnitude = value < 0n ? -value : value;
  const hexadecimal = magnitude.toString(16);
  // A decimal digit is less than a hexadecimal one.
  const decimal = hexadecimal.length > MAX_DECIMAL ? hexadecimal : magnitude.toString();
  return sign + (decimal.length > MAX_DECIMAL ? `0x${hexadecimal}` : decimal);
}

/** `undefined` for anything but what {@link digitsOf} gives. */
export function bigintOf(form: string): bigint | undefined {
  const [, sign, digits] = /^(-?)(0x[\da-f]+|\d{1,1000})$/.exec(form) ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return digitsOf(value) === form ? value : undefined;
}
