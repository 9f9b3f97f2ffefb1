/** Encodings that are kept for ever: what a codec wrote once, each later version of it has to read. */
import type { Codec, CodecContext } from '../../codec.ts';
import { Broken, demand, equal } from '../assert.ts';
import { show } from '../show.ts';
import { KEPT_VALUES } from '../value-matrix.ts';
import type { ValueSample } from '../values/sample.ts';
import { Trial } from './trial.ts';

/** What one version of a codec's format wrote. Plain data, to be kept as a JSON file. */
export interface Corpus {
  /** The codec's id. */
  readonly codec: string;
  /** Counts what the codec wrote otherwise from some day on, from 1. */
  readonly version: number;
  /** Bytes in hexadecimal digits, by the name of the sample that they encode. */
  readonly encodings: Readonly<Record<string, string>>;
}

export interface CorpusOptions {
  /** Gives the codec; one with a secret must have the same one for ever. */
  readonly codec: () => Codec;
  /** More samples than those of the matrix. Default none. */
  readonly samples?: readonly ValueSample[] | undefined;
}

/** Where all bytes of corpora live, for codecs that bind them to their place. */
const PLACE: CodecContext = Object.freeze({
  cache: 'corpus',
  space: 'corpus',
  key: 'corpus',
  schemaVersion: 1,
});
/** Longer encodings are left out: files are to stay small. */
const LONGEST = 512;

/**
 * The corpus with an encoding of each sample that it has not yet and that the codec keeps. Takes nothing away, changes nothing. Throws an
 * error for a codec of another id.
 */
export function extendCorpus(corpus: Corpus, options: CorpusOptions): Corpus {
  const trial = trialOf(corpus, options);
  const encodings: Record<string, string> = { ...corpus.encodings };
  for (const sample of trial.kept) {
    if (Object.hasOwn(encodings, sample.name)) continue;
    const bytes = trial.bytesOf(sample, { at: PLACE });
    if (bytes !== undefined && bytes.length <= LONGEST) encodings[sample.name] = hexOf(bytes);
  }
  return { ...corpus, encodings };
}

/**
 * Demands that the codec reads every encoding of a corpus as the value that it was made of; with `writes`, that it writes them as it did:
 * then this is the newest version of its format. Throws a {@link Broken} that names the first that is not so.
 */
export function judgeCorpus(corpus: Corpus, options: CorpusOptions & { readonly writes?: boolean }): void {
  const trial = trialOf(corpus, options);
  const samples = new Map(
    [...KEPT_VALUES, ...(options.samples ?? [])].map((sample) => [sample.name, sample]),
  );
  for (const [name, hex] of Object.entries(corpus.encodings)) {
    const make = samples.get(name)?.make;
    if (make === undefined)
      throw new Broken(
        `the corpus has '${name}', which no sample is called: samples keep their names for ever`,
      );
    const what = `${name}, of version ${corpus.version}`;
    equal(trial.read(what, bytesOf(hex), { at: PLACE }), make(), what);
    if (options.writes !== true) continue;
    const now = hexOf(trial.encode(make(), { at: PLACE }));
    demand(
      now === hex,
      `${what}: is written as ${show(now)} and not as ${show(hex)} any more: that is another version of the format`,
    );
  }
}

function trialOf(corpus: Corpus, { codec, samples }: CorpusOptions): Trial {
  const trial = new Trial({ codec, samples, covers: 'less' });
  demand(
    trial.codec.id === corpus.codec,
    `the corpus is one of the codec '${corpus.codec}', and this one is called '${trial.codec.id}'`,
  );
  return trial;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
