/** Middleware: functions around every operation, which may change or refuse it. */

/** The operations middleware goes around, by the name of the method. */
const OPERATIONS = [
  'get',
  'getEntry',
  'getMetadata',
  'has',
  'set',
  'setIfNotExists',
  'setIfExists',
  'compareAndSet',
  'delete',
  'getAndDelete',
  'touch',
  'expire',
  'getOrSet',
  'update',
  'increment',
  'decrement',
  'getMany',
  'setMany',
  'deleteMany',
  'getOrSetMany',
  'invalidateTags',
  'getByIndex',
  'deleteByIndex',
  'addIndex',
  'removeIndex',
  'deleteByPattern',
  'clear',
  'warm',
] as const;

export type OperationName = (typeof OPERATIONS)[number] | 'keys';

/** One call, as the caller made it. */
export interface Operation {
  readonly name: OperationName;
  readonly cache: string;
  /** The key, where the operation is about one. */
  readonly key: string | undefined;
  /** All arguments, in the order of the method's. */
  readonly args: readonly unknown[];
}

/**
 * Runs around an operation. `next()` goes on with the arguments as they are, `next(args)` with others; not calling it refuses the
 * operation with whatever the middleware throws, or answers in its place. What it returns is what the caller gets.
 */
export type Middleware = (
  operation: Operation,
  next: (args?: readonly unknown[]) => Promise<unknown>,
) => Promise<unknown>;

/** The operations whose first argument is not a key. */
const KEYLESS: ReadonlySet<string> = new Set([
  'getMany',
  'setMany',
  'deleteMany',
  'getOrSetMany',
  'invalidateTags',
  'getByIndex',
  'deleteByIndex',
  'addIndex',
  'removeIndex',
  'deleteByPattern',
  'clear',
  'warm',
  'keys',
]);

/** A call as observers and middleware are told of it. */
export function operationOf(name: OperationName, cache: string, args: readonly unknown[]): Operation {
  const key = !KEYLESS.has(name) && typeof args[0] === 'string' ? args[0] : undefined;
  return { name, cache, key, args };
}

/** Runs `run` inside `chain`, the outermost first. */
async function throughMiddleware(
  chain: readonly Middleware[],
  cache: string,
  name: OperationName,
  args: readonly unknown[],
  run: (args: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const enter = async (depth: number, current: readonly unknown[]): Promise<unknown> => {
    const middleware = chain[depth];
    if (middleware === undefined) return run(current);
    return middleware(operationOf(name, cache, current), (changed = current) => enter(depth + 1, changed));
  };
  return enter(0, args);
}

/** Like {@link throughMiddleware} for `keys`, whose answer is walked. */
export async function* walkThrough<const A extends readonly unknown[]>(
  chain: readonly Middleware[],
  cache: string,
  args: A,
  run: (args: A) => AsyncIterable<string>,
): AsyncGenerator<string> {
  const walk = await throughMiddleware(chain, cache, 'keys', args, async (current) => run(current as A));
  yield* walk as AsyncIterable<string>;
}

/** Throws a `TypeError` unless `middleware` is a function. */
export function checkMiddleware(middleware: unknown): asserts middleware is Middleware {
  if (typeof middleware === 'function') return;
  throw new TypeError(`the middleware is ${typeof middleware}: give a function of an operation and next`);
}

export type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Gives `target` what `around` makes of each operation of `plain`. */
export function replaceOperations(
  target: object,
  plain: object,
  around: (name: OperationName, run: Method) => Method,
): void {
  for (const name of OPERATIONS) Reflect.set(target, name, around(name, Reflect.get(plain, name) as Method));
}

/**
 * Puts `chain` around the operations of `target`, in place of those in `plain`: a cache without middleware does not pay for it, and no
 * operation has to remember it.
 */
export function interpose(
  target: { readonly name: string },
  plain: object,
  chain: readonly Middleware[],
): void {
  replaceOperations(target, plain, (name, run) =>
    chain.length === 0
      ? run
      : (...args) => throughMiddleware(chain, target.name, name, args, (current) => run(...current)),
  );
}
