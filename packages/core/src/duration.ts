/** Durations as users write them. This file imports nothing. */

/** Milliseconds, or a whole or decimal number with a unit: `'250ms'`, `'30s'`, `'5m'`, `'24h'`, `'30d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const WRITTEN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const REMEDY = "give positive milliseconds or a text such as '250ms', '30s', '5m', '24h' or '30d'";

/** Milliseconds of `duration`. Throws a `TypeError` that names `what` for anything that is not a positive, finite duration. */
export function milliseconds(duration: unknown, what: string, remedy: string = REMEDY): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration > 0) return duration;
    throw new TypeError(`${what} is ${duration}: ${remedy}`);
  }
  const written = typeof duration === 'string' ? WRITTEN.exec(duration) : null;
  const amount = written === null ? 0 : Number(written[1]) * (UNITS.get(written[2] as string) as number);
  if (amount > 0 && Number.isFinite(amount)) return amount;
  throw new TypeError(
    `${what} is ${typeof duration === 'string' ? `'${duration}'` : String(duration)}: ${remedy}`,
  );
}

/** Like {@link milliseconds}, where `'forever'` is allowed too and gives `Infinity`. */
export function millisecondsOrForever(duration: unknown, what: string): number {
  if (duration === Infinity) throw new TypeError(`${what} is Infinity: the word for no expiry is 'forever'`);
  return duration === 'forever' ? Infinity : milliseconds(duration, what, `${REMEDY}, or 'forever'`);
}
