/** Values without parts: booleans, numbers, bigints, strings, dates. */
import { kept, type KeptSample } from './sample.ts';

/** `n` and its neighbours, on both sides of zero. */
function around(n: number): number[] {
  return [n - 1, n, n + 1, -n - 1, -n, 1 - n];
}

const NUMBERS: readonly KeptSample[] = [
  ...[0, -0, 1, -1, 63, 64, 127, 128, 255, 256, -64, -65, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40 + 1].map(
    (n) => kept(`the number ${Object.is(n, -0) ? '-0' : n}`, () => n),
  ),
  ...[
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    1.5,
    -0.1,
    5e-324,
    1.7976931348623157e308,
  ].map((n) => kept(`the number ${n}`, () => n)),
  ...[NaN, Infinity, -Infinity].map((n) => kept(`the number ${n}`, () => n)),
  kept('whole numbers at every edge of a form', () =>
    [5, 6, 7, 8, 13, 14, 15, 16, 23, 24, 28, 31, 32, 34, 40, 47, 48, 52].flatMap((bits) => around(2 ** bits)),
  ),
  kept('whole numbers at the edges of small counts', () => [15, 16, 23, 24, 31, 32].flatMap(around)),
  kept('whole numbers at the edges of what is safe', () => [
    2 ** 53 - 2,
    2 ** 53 - 1,
    2 ** 53,
    2 ** 53 + 2,
    2 - 2 ** 53,
    1 - 2 ** 53,
    -(2 ** 53),
    -(2 ** 53) - 2,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e21,
    -1e21,
  ]),
  kept('numbers that shorter floats hold, and such that they do not', () => [
    0.5,
    65_504,
    65_505.5,
    2 ** -24,
    2 ** -25,
    Math.fround(0.1),
    0.1,
    3.4028234663852886e38,
    3.4028234663852886e38 * (1 + Number.EPSILON),
    2 ** -149,
    2 ** -150,
    2 ** -1022,
    2 ** 1023,
    2 ** -1074,
    Number.EPSILON,
    1 + Number.EPSILON,
  ]),
];

const BIGINTS: readonly KeptSample[] = [
  ...[
    0n,
    -1n,
    1n,
    255n,
    -256n,
    2n ** 53n,
    2n ** 63n,
    -(2n ** 63n),
    2n ** 64n - 1n,
    2n ** 64n,
    -(2n ** 64n) - 1n,
  ].map((n) => kept(`the bigint ${n}`, () => n)),
  kept('a bigint of 4,000 bits', () => -(3n ** 2500n)),
  kept('bigints at every edge of a byte', () =>
    Array.from({ length: 17 }, (_, bytes) => 2n ** BigInt(8 * bytes)).flatMap((edge) => [
      edge - 1n,
      edge,
      -edge,
      -edge - 1n,
      edge / 2n,
      -edge / 2n - 1n,
    ]),
  ),
  kept('bigints and the numbers they look like', () => [1n, 1, '1', '1n', 0n, 0, -0, 2n ** 53n, 2 ** 53]),
];

const LENGTHS = [15, 16, 23, 24, 31, 32, 33, 255, 256, 257, 65_535, 65_536];

const STRINGS: readonly KeptSample[] = [
  kept('the empty string', () => ''),
  kept('a string that looks like a number', () => '1e3'),
  kept('a string that looks like JSON', () => '{"a":1}'),
  kept('a string of 63 characters', () => 'x'.repeat(63)),
  kept('a string of 64 characters', () => 'x'.repeat(64)),
  kept('a string of 100,000 characters', () => 'wörter '.repeat(14_286)),
  kept('a string with a NUL and a BOM', () => '\u0000\uFEFFa\uFEFF'),
  kept('a string beyond the BMP', () => 'naïve 漢字 👩‍👩‍👧'),
  kept('a lone high surrogate', () => 'a\uD800b'),
  kept('a lone low surrogate', () => '\uDC00'),
  kept('surrogates the wrong way round', () => '\uDE00\uD83D'),
  kept('a lone surrogate at the end of a long string', () => `${'漢x'.repeat(300)}\uDFFF`),
  kept('a lone surrogate beside a pair', () => '\uD83D\uD83D\uDE00\uDE00'),
  kept('strings at every edge of a length', () => LENGTHS.map((length) => 'x'.repeat(length))),
  kept('strings of two, three and four bytes a character at every edge of a length', () =>
    ['é', '漢', '👩'].flatMap((character) =>
      LENGTHS.map((length) => character.repeat(Math.ceil(length / 3))),
    ),
  ),
  kept('every character of Latin-1', () => String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))),
  kept('a string that begins with a BOM', () => `\uFEFF${'x'.repeat(100)}`),
  kept('a replacement character', () => '\uFFFD'),
  kept('strings that are the same after normalisation', () => ['\u00e9', 'e\u0301', '\u212b', '\u00c5']),
  kept('strings that others use as marks', () => [
    '$date:0',
    'undefined',
    'null',
    'NaN',
    '-0',
    'Infinity',
    '1n',
    '__proto__',
    '[object Object]',
    '2023-11-14T22:13:20.000Z',
    'data:;base64,AQID',
    '~',
    '\\',
    '"',
    '\u2028\u2029',
    '\u007f\u0080\u009f',
  ]),
];

const DATES: readonly KeptSample[] = [
  kept('a date', () => new Date(1_700_000_000_123)),
  kept('a date before the epoch', () => new Date(-1)),
  kept('the first and the last date', () => [new Date(-8.64e15), new Date(8.64e15)]),
  kept('an invalid date', () => new Date(NaN)),
  kept('dates at every edge of a form', () =>
    [
      0,
      1,
      -1,
      999,
      1_000,
      -1_000,
      -62_198_755_200_000,
      -62_135_596_800_001,
      253_402_300_800_000,
      2 ** 31 * 1_000,
      2 ** 32 * 1_000 - 1,
      2 ** 34 * 1_000,
      2 ** 53 / 2,
      8.64e15 - 1,
      1 - 8.64e15,
    ].map((time) => new Date(time)),
  ),
  kept('an invalid date beside null and NaN', () => ({ at: new Date(NaN), none: null, number: NaN })),
];

export const SCALARS: readonly KeptSample[] = [
  kept('null', () => null),
  kept('true', () => true),
  kept('false', () => false),
  ...NUMBERS,
  ...BIGINTS,
  ...STRINGS,
  ...DATES,
];
