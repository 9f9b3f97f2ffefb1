/** Refusals of values that an option cannot have: each names the fault and the remedy, and none repeats what may be a secret. */

export function database(given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0) return given;
  return refuse(`database must be a whole number from 0, not ${show(given)}`, 'leave it out for 0');
}

export function portOf(option: string, given: unknown): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= 65_535) return given;
  return refuse(`${option} must be a whole number from 1 to 65535, not ${show(given)}`, 'such as 6379');
}

export function text(option: string, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given;
  return refuse(`${option} must be a non-empty string, not a value of type ${typeof given}`, 'leave it out');
}

export function show(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given);
  if (typeof given === 'number' || typeof given === 'boolean') return `${given}`;
  return given === null ? 'null' : `a value of type ${typeof given}`;
}

export function refuse(fault: string, remedy: string): never {
  throw new TypeError(`redis(): ${fault}; ${remedy}`);
}
