/** The options of the memory provider: their defaults, and the refusal of what makes no sense. */
import { type Duration, milliseconds } from '@cache/core';

export interface MemoryOptions {
  /** What `provider: '...'` of a cache names. Default `'memory'`. */
  readonly name?: string;
  /** The most entries a cache holds, all its namespaces together. Default 10,000. */
  readonly maxEntries?: number | 'unbounded';
  /**
   * The most bytes a cache holds, all its namespaces together: for every entry the size its writer tells, two bytes for each UTF-16 unit
   * of the key, and a fixed {@link ENTRY_OVERHEAD}. Default `'unbounded'`.
   */
  readonly maxBytes?: number | 'unbounded';
  /** The time between two passes that reclaim expired entries nobody asks for. Default `'5m'`. */
  readonly sweepInterval?: Duration | 'never';
  /** Milliseconds a pass may work before it lets others run; it goes on shortly after. Default 2. */
  readonly sweepBudgetMs?: number;
  /**
   * Keeps encoded bytes instead of values, and overwrites them with zeros when their entry goes: removed, taken, overwritten, expired,
   * evicted, cleared or closed. Every read then hands out a copy. Default false.
   */
  readonly secureCleanup?: boolean;
}

/** The options, complete. What is unbounded or never is `Infinity`. */
export interface Settings {
  readonly name: string;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly sweepInterval: number;
  readonly sweepBudgetMs: number;
  readonly secureCleanup: boolean;
}

/** Bytes that an entry is counted with beside its key and its value: its slot and its place in the index. */
export const ENTRY_OVERHEAD = 96;

/** The most slots that can be numbered. */
const MOST_ENTRIES = 2 ** 30;

const KNOWN: readonly string[] = [
  'name',
  'maxEntries',
  'maxBytes',
  'sweepInterval',
  'sweepBudgetMs',
  'secureCleanup',
] satisfies (keyof MemoryOptions)[];

export function resolve(options: MemoryOptions): Settings {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    refuse(`options must be an object, not ${show(options)}`, 'leave them out for the defaults');
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) refuse(`there is no option '${key}'`, `the options are ${KNOWN.join(', ')}`);
  }
  const {
    name = 'memory',
    maxEntries = 10_000,
    maxBytes = 'unbounded',
    sweepInterval = '5m',
    sweepBudgetMs = 2,
    secureCleanup = false,
  } = options;
  const settings: Settings = {
    name: text('name', name),
    maxEntries: bound('maxEntries', maxEntries, MOST_ENTRIES),
    maxBytes: bound('maxBytes', maxBytes, Number.MAX_SAFE_INTEGER),
    sweepInterval:
      sweepInterval === 'never' ? Infinity : duration('sweepInterval', sweepInterval, "or 'never'"),
    sweepBudgetMs: span('sweepBudgetMs', sweepBudgetMs),
    secureCleanup: flag('secureCleanup', secureCleanup),
  };
  if (settings.maxBytes <= ENTRY_OVERHEAD)
    refuse(
      `maxBytes ${settings.maxBytes} is no more than the ${ENTRY_OVERHEAD} bytes every entry is counted with, so nothing would stay`,
      'give maxBytes room for the entries you want to hold',
    );
  if (settings.sweepBudgetMs >= settings.sweepInterval)
    refuse(
      `sweepBudgetMs ${settings.sweepBudgetMs} is not shorter than sweepInterval ${settings.sweepInterval}`,
      'give sweepInterval more time than one slice of work takes',
    );
  return Object.freeze(settings);
}

function text(option: string, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given;
  return refuse(`${option} must be a non-empty string, not ${show(given)}`, "leave it out for 'memory'");
}

function bound(option: string, given: unknown, most: number): number {
  if (given === 'unbounded') return Infinity;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= most) return given;
  return refuse(`${option} must be a whole number from 1 to ${most}, not ${show(given)}`, "or 'unbounded'");
}

function duration(option: string, given: unknown, remedy: string): number {
  try {
    return milliseconds(given, option);
  } catch (error) {
    return refuse((error as TypeError).message, remedy);
  }
}

function span(option: string, given: unknown): number {
  if (typeof given === 'number' && given > 0 && given < Infinity) return given;
  return refuse(`${option} must be a finite number of milliseconds above 0, not ${show(given)}`, 'such as 2');
}

function flag(option: string, given: unknown): boolean {
  if (typeof given === 'boolean') return given;
  return refuse(`${option} must be true or false, not ${show(given)}`, 'leave it out for false');
}

function show(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given);
  if (typeof given === 'number' || typeof given === 'boolean') return `${given}`;
  return given === null ? 'null' : `a value of type ${typeof given}`;
}

function refuse(fault: string, remedy: string): never {
  throw new TypeError(`memory(): ${fault}; ${remedy}`);
}
