/** `@cache/core/testing`: what a test of a program with a cache, or of a provider, works with. */
export { chaos, randomWeather } from './chaos.ts';
export type { Forecast, Weather } from './chaos.ts';
export { fakeClock } from './fake-clock.ts';
export type { FakeClock } from './fake-clock.ts';
export { gate } from './gate.ts';
export type { Gate } from './gate.ts';
export { intercept } from './intercept.ts';
export type { Interceptor, ProviderCall } from './intercept.ts';
export { nullProvider } from './null-provider.ts';
export { seededRandom } from './seeded-random.ts';
export { simpleStore } from './simple-store.ts';
export { simulatedTime } from './simulated-time.ts';
export type { SimulatedTime } from './simulated-time.ts';
export { slowStore } from './slow-store.ts';
export type { SlowStore, Trouble } from './slow-store.ts';
export { spy } from './spy.ts';
export type { Spy } from './spy.ts';
export { settle, until } from './turns.ts';
