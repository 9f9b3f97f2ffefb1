/** Codecs: whoever reads an entry finds the codec that wrote it. */
import { binaryCodec } from '../../binary-codec.ts';
import type { Codec } from '../../codec.ts';
import type { CacheOptions } from '../../options.ts';
import { demand, equal, rejectsWith, sameEntries } from '../assert.ts';
import type { Group } from '../group.ts';
import type { Harness, KitCache } from '../harness.ts';
import { holdLoad } from '../held-load.ts';

/** The built-in codec under another name, whose bytes no other reads. */
function codecNamed(id: string, rest: Partial<Codec> = {}): Codec {
  return {
    id,
    checks: true,
    encode: (value, context) => masked(binaryCodec.encode(value, context), id),
    decode: (bytes, context) => binaryCodec.decode(masked(bytes, id), context),
    ...rest,
  };
}

function masked(bytes: Uint8Array, id: string): Uint8Array {
  return Uint8Array.from(bytes, (byte) => byte ^ id.charCodeAt(0));
}

const [OLD, NEW] = [codecNamed('old'), codecNamed('new')];
const VALUE = { name: 'Ann', at: new Date(0), tags: new Set(['a']) };

/** A cache of a process of its own. */
function deployed(h: Harness, codec: CacheOptions['codec'], rest: CacheOptions = {}): KitCache<unknown> {
  return h.peer().cache<unknown>({ codec, ...rest });
}

export const codecs: Group = {
  name: 'codecs',
  guarantee:
    'What one process wrote with a codec, every process reads that names it, whichever it writes with itself; another tells what is missing.',
  needs: ({ holds }) =>
    holds === 'bytes' ? undefined : 'the provider holds values: no codec has anything to do',
  cases: [
    {
      name: 'G6: processes that write with different codecs read what the others wrote, in every way',
      async run(h) {
        const [one, two] = [deployed(h, [OLD, NEW]), deployed(h, [NEW, OLD])];
        await one.set('k', VALUE);
        equal(await two.get('k'), VALUE, 'get');
        equal((await two.getEntry('k'))?.value, VALUE, 'getEntry');
        equal(await two.getOrSet('k', () => 'loaded'), VALUE, 'getOrSet');
        sameEntries(await two.getMany(['k', 'l']), { k: VALUE }, 'getMany');
        equal(await two.update('k', (value) => ({ value })), { value: VALUE }, 'update');
        equal(await one.get('k'), { value: VALUE }, 'get of what the other process wrote');
        equal(await one.getAndDelete('k'), { value: VALUE }, 'getAndDelete');
      },
    },
    {
      name: 'G3: those who wait for the load of a process with another codec get its value',
      async run(h) {
        const load = await holdLoad(deployed(h, [OLD, NEW]), 'k');
        const other = deployed(h, [NEW, OLD]);
        const joined = h.watch(other, 'join');
        const waiting = other.getOrSet('k', () => 'loaded again');
        await joined.arrivals();
        load.finish(VALUE);
        await h.passUntil(waiting);
        equal(await waiting, VALUE, 'what the other process got');
        equal(await load.result, VALUE, 'what the process that loaded got');
      },
    },
    {
      name: 'G6: a live cache goes to another codec in three deployments, and nobody misses anything',
      async run(h) {
        const steps = [[OLD], [OLD, NEW], [NEW, OLD], [NEW]];
        for (let n = 1; n < steps.length; n += 1) {
          const [before, after] = [deployed(h, steps[n - 1]), deployed(h, steps[n])];
          for (const [writer, reader] of [
            [before, after],
            [after, before],
          ] as const) {
            await writer.set('k', { n });
            equal(await reader.get('k', { onFailure: 'throw' }), { n }, `get in step ${n}`);
          }
        }
      },
    },
    {
      name: 'G10: an entry of a codec that a cache does not name is CODEC_FAILED with its id, or a miss',
      async run(h) {
        await deployed(h, NEW).set('k', { secret: 'hidden' });
        const cache = deployed(h, OLD);
        const error = await rejectsWith('CODEC_FAILED', cache.get('k', { onFailure: 'throw' }), 'get');
        demand(error.message.includes("'new'"), `the message does not name the codec: ${error.message}`);
        demand(!error.message.includes('hidden'), 'the message tells of the value');
        await rejectsWith(
          'CODEC_FAILED',
          cache.update('k', () => 1),
          'update, which would lose the value,',
        );
        equal(await cache.get('k'), undefined, 'get that fails open');
        equal(await deployed(h, NEW).get('k'), { secret: 'hidden' }, 'get by who knows the codec');
        equal(await cache.getOrSet('k', () => 'loaded'), 'loaded', 'getOrSet');
        equal(await cache.get('k'), 'loaded', 'get of what was loaded in its place');
      },
    },
    {
      name: 'G6: what the default codec of the provider wrote is read by a cache that names another',
      async run(h) {
        await deployed(h, undefined).set('k', VALUE);
        equal(await deployed(h, NEW).get('k', { onFailure: 'throw' }), VALUE, 'get');
      },
    },
    {
      name: 'G6: a cache whose codec authenticates reads nothing that its options do not name',
      async run(h) {
        const sealed = codecNamed('sealed', { authenticates: true });
        await deployed(h, undefined).set('k', 'anybody could write this');
        equal(await deployed(h, sealed).get('k'), undefined, 'get');
        await deployed(h, sealed).set('k', 'sealed');
        equal(await deployed(h, sealed).get('k'), 'sealed', 'get of what was sealed');
      },
    },
    {
      name: 'G5: a counter is the same counter, whichever codecs the processes write with',
      async run(h) {
        const [one, two] = [deployed(h, OLD), deployed(h, NEW)] as unknown as [
          KitCache<number>,
          KitCache<number>,
        ];
        await one.set('n', 1);
        equal(await two.increment('n'), 2, 'increment');
        equal(await one.increment('n'), 3, 'increment by the other process');
        equal(await two.get('n'), 3, 'get');
      },
    },
  ],
};
