/** `@cache/session/testing`: the cases that judge sessions over a provider, for any runner. */
export type { KitData, KitOptions, KitSessions, SessionTraits } from './case.ts';
export { sessionConformance } from './session-conformance.ts';
export type { RunnableSessionCase, SessionConformanceOptions } from './session-conformance.ts';
