/** What a schema does not hold, and where in a value it is. */

/** Where a container is in the one around it. */
export interface Place {
  readonly holder: Place | undefined;
  readonly key: string | number;
}

/** The name or index of a part; `undefined` for the whole value. */
export type Key = string | number | undefined;

export function placeOf(holder: Place | undefined, key: Key): Place | undefined {
  return key === undefined ? undefined : { holder, key };
}

/** `fault`: goes on after the path. */
export function refusal(holder: Place | undefined, key: Key, fault: string): TypeError {
  const steps: string[] = [];
  for (let place = placeOf(holder, key); place !== undefined; place = place.holder)
    steps.push(stepOf(place.key));
  return new TypeError(`value${steps.toReversed().join('')} ${fault}`);
}

export function unexpected(holder: Place | undefined, key: Key, expected: string): TypeError {
  return refusal(holder, key, `is not what its schema holds: it has to be ${expected}`);
}

function stepOf(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = key.length > 60 ? `${key.slice(0, 59)}…` : key;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
