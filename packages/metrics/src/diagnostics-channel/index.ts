/** `@cache/metrics/diagnostics-channel`: operations on a channel of Node. */
export { OPERATIONS_CHANNEL, publish } from './publish.ts';
export type { PublishOptions } from './publish.ts';
