/** The engine behind a provider: its own, or the record engine over its store. */
import type { Engine, EngineTraits } from '../engine.ts';
import type { OpenContext, Provider } from '../provider.ts';
import { recordEngine, recordEngineTraits } from '../record/record-engine.ts';

/** What a cache over `provider` may rely on. */
export function traitsOf(provider: Provider): EngineTraits {
  return provider.kind === 'engine' ? provider.traits : recordEngineTraits(provider.traits);
}

/** Opens `provider` as a cache does. */
export async function engineOf(provider: Provider, context: OpenContext): Promise<Engine> {
  if (provider.kind === 'engine') return provider.open(context);
  return recordEngine(await provider.open(context), provider.traits, context);
}
