/** Operations on a channel of `node:diagnostics_channel`. */
import { channel } from 'node:diagnostics_channel';
import type { Observable } from '../metrics.ts';
import { tellOperations } from '../told-operations.ts';

/** The channel. Its messages are of the type `OperationRecord`. */
export const OPERATIONS_CHANNEL = '@cache:operation';

export interface PublishOptions {
  /** Whether messages say which key they are about, to every subscriber in the process. Keys may be secrets. Default false. */
  readonly keys?: boolean | undefined;
}

/**
 * Publishes every operation of `subject` that ends. While nobody has subscribed, no message is made. Returns the function that stops it. What a
 * subscriber throws, Node tells as an uncaught exception; the operation is not harmed.
 */
export function publish(subject: Observable, { keys = false }: PublishOptions = {}): () => void {
  const operations = channel(OPERATIONS_CHANNEL);
  return tellOperations(subject, {
    keys,
    isListening: () => operations.hasSubscribers,
    tell: (record) => operations.publish(record),
  });
}
