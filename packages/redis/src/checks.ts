/** Refusals of values that an option cannot have: each names the fault and the remedy, and none repeats what may be a secret. */

/** A whole number from 0. */
export function database(given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return given;
  return refuse(`database must be a whole number from 0, not ${show(given)}`, 'leave it out for 0');
}

/** The number of a port. */
export function portOf(option: string, given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= 65_535) return given;
  return refuse(`${option} must be a whole number from 1 to 65535, not ${show(given)}`, 'such as 6379');
}

/** A non-empty text. What was given is not repeated. */
export function text(option: string, given: unknown, remedy = 'leave it out'): string {
  if (typeof given === 'string' && given !== '') return given;
  const found = given === '' ? 'empty' : given === undefined ? 'left out' : `a value of type ${typeof given}`;
  return refuse(`${option} must be a non-empty string, not ${found}`, remedy);
}

/** The value as a message names it. Not for what may be a secret. */
export function show(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given);
  if (typeof given === 'number' || typeof given === 'boolean') return `${given}`;
  return given === null ? 'null' : `a value of type ${typeof given}`;
}

/** Throws the `TypeError` for a fault. Who was called is said by {@link calledAs}. */
export function refuse(fault: string, remedy: string): never {
  throw new TypeError(`${fault}; ${remedy}`);
}

/** What `check` gives; a `TypeError` of it begins with the name of the function that the program called. */
export function calledAs<X>(name: string, check: () => X): X {
  try {
    return check();
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${name}: ${error.message}`, { cause: error }) : error;
  }
}
