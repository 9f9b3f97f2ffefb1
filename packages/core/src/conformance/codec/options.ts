/** What the suite is told about the codec that it judges. */
import type { Codec, CodecContext } from '../../codec.ts';
import type { ValueSample } from '../values/sample.ts';

export interface CodecConformanceOptions {
  /** Gives a codec: a new one at each call where it has a state, so that each stands for that of another process. */
  readonly codec: () => Codec;
  /** Heads the list of cases and the certificate. Default: the codec's id. */
  readonly name?: string | undefined;
  /**
   * `'model'` (default): every value of the model comes back as it was. `'less'`: what the codec does not cover it refuses with a `TypeError`
   * that names the place.
   */
  readonly covers?: 'model' | 'less' | undefined;
  /** More values than those of the model's matrix: what a schema holds, what looks like the codec's own marks. Default none. */
  readonly samples?: readonly ValueSample[] | undefined;
  /** More bytes than the suite can think of: lengths that lie where the codec has them, what unpacks without end. Default none. */
  readonly hostile?: readonly Uint8Array[] | undefined;
  /** To how many bytes a few may expand, whatever their length: the limit of a codec that compresses. Default 0. */
  readonly expandsTo?: number | undefined;
  /**
   * False: a slice, for runs that come often. Every case runs, with some of the values that it tries in many ways, and fewer bytes by chance. Only
   * the whole makes a certificate. Default true.
   */
  readonly thorough?: boolean | undefined;
  /** Any change of the bytes is noticed. Default: whether the codec says that it `authenticates`. */
  readonly authenticated?: boolean | undefined;
  /** What else of their place the bytes are refused in. Default: all of it for a codec that says that it `authenticates`, otherwise nothing. */
  readonly boundTo?: readonly (keyof CodecContext)[] | undefined;
}

/** What a codec promises, as far as the cases ask. */
export interface Declared {
  readonly checks: boolean;
  readonly covers: 'model' | 'less';
  readonly authenticated: boolean;
  readonly boundTo: readonly (keyof CodecContext)[];
}

export function declaredBy(options: CodecConformanceOptions): Declared {
  const { checks, authenticates } = options.codec();
  const authenticated = options.authenticated ?? authenticates === true;
  return {
    checks: checks === true,
    covers: options.covers ?? 'model',
    authenticated,
    boundTo: options.boundTo ?? (authenticates === true ? ['cache', 'space', 'key', 'schemaVersion'] : []),
  };
}
