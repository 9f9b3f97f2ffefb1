/** A wrapper around a provider that sees every call of its engines or stores, and may answer in their place. */
import type { Provider } from '../provider.ts';

/** One call of an engine or a store. */
export interface ProviderCall {
  readonly space: string;
  /** The name of the method of `Engine` or `Store`. */
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Runs around a call: `run()` is the call itself, with other arguments if some are given. What it returns is the answer. */
export type Interceptor = (call: ProviderCall, run: (...args: readonly unknown[]) => unknown) => unknown;

/**
 * The same provider with `around` about every call of what it opens. `traits` replace those of the provider where the wrapper changes
 * them: an interceptor that answers with promises takes `synchronous` away.
 */
export function intercept<P extends Provider>(
  provider: P,
  around: Interceptor,
  traits: Partial<P['traits']> = {},
): P {
  const declared = { ...provider.traits, ...traits };
  const open = (context: Parameters<P['open']>[0]): unknown => {
    const opened: unknown = provider.open(context);
    const wrap = (inner: object): object => wrapMethods(inner, context.space, around);
    return opened instanceof Promise ? opened.then(wrap) : wrap(opened as object);
  };
  return new Proxy(provider, {
    get(target, property) {
      if (property === 'traits') return declared;
      return property === 'open' ? open : Reflect.get(target, property, target);
    },
  });
}

/**
 * Every method of `inner`, those of later versions of the contract included; but not `getMany`, so that each key is asked for by a `get` of
 * its own, and the interceptor decides about each.
 */
function wrapMethods(inner: object, space: string, around: Interceptor): object {
  return new Proxy(inner, {
    get(target, property) {
      if (property === 'getMany') return undefined;
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      return (...args: readonly unknown[]): unknown =>
        around(
          { space, method: property, args },
          (...changed) => Reflect.apply(member, target, changed.length > 0 ? changed : args) as unknown,
        );
    },
  });
}
