/** The value model by example: what must come back as it was, and what must be refused. */
import { CONTAINERS } from './values/containers.ts';
import { MEMORY } from './values/memory.ts';
import type { KeptSample, ValueSample } from './values/sample.ts';
import { SCALARS } from './values/scalars.ts';
import { STRANGERS } from './values/strangers.ts';

/** Every kind of value that a provider, a codec or a copy could treat in a way of its own. Values of megabytes are a list of their own. */
export const KEPT_VALUES: readonly KeptSample[] = [...SCALARS, ...CONTAINERS, ...MEMORY];

/** The same, and what must be refused. */
export const VALUE_MATRIX: readonly ValueSample[] = [...KEPT_VALUES, ...STRANGERS];
