/** The options of the memory provider from environment variables. */
import type { Variables } from '@cache/core';
import { type MemoryOptions, resolve } from './options.ts';

/**
 * Reads `CACHE_MEMORY_MAX_ENTRIES`, `CACHE_MEMORY_MAX_BYTES`, `CACHE_MEMORY_SWEEP_INTERVAL` and `CACHE_MEMORY_SECURE_CLEANUP`, to be given
 * to `memory`. What is not set, or empty, is left out, so that the defaults hold. Throws a `TypeError` that names the variable and the
 * remedy.
 */
export function memoryFromEnvironment(variables: Variables): MemoryOptions {
  return {
    ...read(variables, 'CACHE_MEMORY_MAX_ENTRIES', (text) => ({ maxEntries: number(text) ?? text })),
    ...read(variables, 'CACHE_MEMORY_MAX_BYTES', (text) => ({ maxBytes: number(text) ?? text })),
    ...read(variables, 'CACHE_MEMORY_SWEEP_INTERVAL', (text) => ({ sweepInterval: number(text) ?? text })),
    ...read(variables, 'CACHE_MEMORY_SECURE_CLEANUP', (text) => ({ secureCleanup: flag(text) })),
  };
}

/** The options that a variable says, checked as `memory` would check them. */
function read(
  variables: Variables,
  name: string,
  parse: (text: string) => { readonly [Option in keyof MemoryOptions]: unknown },
): MemoryOptions {
  const text = variables[name]?.trim() ?? '';
  if (text === '') return {};
  const options = parse(text) as MemoryOptions;
  try {
    resolve(options);
  } catch (error) {
    throw new TypeError(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return options;
}

function number(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function flag(text: string): boolean | string {
  return text === 'true' || (text === 'false' ? false : text);
}
