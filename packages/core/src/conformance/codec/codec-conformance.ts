/** The suite, made ready for one codec: what runs, what is skipped and why. */
import type { RunnableCase, RunnableGroup } from '../conformance.ts';
import type { CodecCase } from './codec-group.ts';
import { CODEC_GROUPS } from './codec-groups.ts';
import { declaredBy, type CodecConformanceOptions } from './options.ts';
import { Prototypes } from './prototypes.ts';
import { Trial } from './trial.ts';

/**
 * The cases that judge a codec, for any runner: each is an async function that rejects when a promise was broken. What the codec does not
 * declare is listed with its reason. A codec is asked for once, to read what it declares, and anew for each case and each process of it.
 * A decoder that hangs hangs the runner: calls are synchronous, and nothing can end them.
 */
export function codecConformance(options: CodecConformanceOptions): readonly RunnableGroup[] {
  const declared = declaredBy(options);
  return CODEC_GROUPS.map(({ name, guarantee, needs, cases }) => {
    const skipped = needs?.(declared);
    const ready = (each: CodecCase): RunnableCase => {
      const reason = each.needs?.(declared);
      return {
        name: each.name,
        skipped: reason,
        run: () => (reason === undefined ? run(each, options) : done()),
      };
    };
    return { name, guarantee, skipped, cases: skipped === undefined ? cases.map(ready) : [] };
  });
}

async function run(each: CodecCase, options: CodecConformanceOptions): Promise<void> {
  const prototypes = new Prototypes();
  try {
    each.run(new Trial(options));
  } finally {
    // Put back first: whatever runs next needs them as they were.
    prototypes.restore();
  }
  prototypes.demandUnchanged();
}

async function done(): Promise<void> {}
