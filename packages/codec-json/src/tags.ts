/**
 * The format of the codec `tjson`: JSON in which an object with a single member, whose name begins with `$`, stands for something else.
 *
 * | value | JSON |
 * | --- | --- |
 * | `null`, booleans, strings, finite numbers but `-0`, arrays | as it is |
 * | plain objects | as they are; with a single member whose name begins with `$`, one more `$` is put before that name |
 * | `NaN`, `Infinity`, `-Infinity`, `-0` | `{"$number":"NaN"}` and so on |
 * | `undefined` | `{"$undefined":true}` |
 * | bigints | `{"$bigint":"12"}`; of more than 1,000 digits, in hexadecimal: `{"$bigint":"-0x1f…"}` |
 * | `Date` | `{"$date":"2026-01-31T12:00:00.000Z"}`, `{"$date":null}` for an invalid one |
 * | `Map` | `{"$map":[["key","value"]]}`, in its order |
 * | `Set` | `{"$set":["member"]}`, in its order |
 * | plain objects without a prototype | `{"$bare":{}}` around what the object would be with one |
 * | `ArrayBuffer`, `Buffer`, `DataView`, typed arrays | `{"$Uint8Array":"base64"}` under the name of their class, elements little-endian |
 *
 * No two values have the same form: a plain object that looks like one of these tags has another `$`. The format is stable: what was written
 * is readable for ever, and a change is a new id.
 */

/** What the name of a tag begins with. */
export const MARK = '$';

export const NUMBER = '$number';
export const UNDEFINED = '$undefined';
export const BIGINT = '$bigint';
export const DATE = '$date';
export const MAP = '$map';
export const SET = '$set';
export const BARE = '$bare';

/** The name of the only member of an object, if it begins with the mark. */
export function markedName(object: object): string | undefined {
  const names = Object.keys(object);
  return names.length === 1 && names[0]?.startsWith(MARK) === true ? names[0] : undefined;
}

/** Whether there may be a name in a JSON text that begins with the mark, escaped or not. */
export function maybeMarked(text: string): boolean {
  // To look for one character is much cheaper than to look for two.
  return (text.includes('$') && text.includes('"$')) || (text.includes('\\') && text.includes('u0024'));
}
