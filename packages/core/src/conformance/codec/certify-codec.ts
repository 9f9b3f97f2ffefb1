/** The suite for codecs without a runner: one verdict, as data. */
import type { CodecContext } from '../../codec.ts';
import { systemClock } from '../../clock.ts';
import { chosenOf, judge, runtime, type GroupVerdict } from '../certify.ts';
import { codecConformance } from './codec-conformance.ts';
import { declaredBy, type CodecConformanceOptions } from './options.ts';
import { Trial } from './trial.ts';

export interface CertifyCodecOptions extends CodecConformanceOptions {
  /** Names and versions to be put on record: the codec's package, its library. Default none. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** Runs these groups alone: for work on a codec. The certificate says so. Default all. */
  readonly only?: readonly string[] | undefined;
}

/** What the suite found. Plain data, to be kept as JSON. */
export interface CodecCertificate {
  readonly codec: string;
  readonly id: string;
  readonly checks: boolean;
  readonly covers: 'model' | 'less';
  readonly authenticated: boolean;
  readonly boundTo: readonly (keyof CodecContext)[];
  /** The values of the matrix, and of the codec's own samples, that it refuses: by their names. */
  readonly refuses: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** When the run ended: ISO 8601. */
  readonly at: string;
  /** Every group was judged thoroughly and nothing was broken. */
  readonly passed: boolean;
  readonly groups: readonly GroupVerdict[];
}

/**
 * Runs the suite on a codec, case after case. Never rejects for what the codec does: that is in the certificate. Rejects with a `TypeError`
 * when `only` names a group that does not exist.
 */
export async function certifyCodec(options: CertifyCodecOptions): Promise<CodecCertificate> {
  const { id } = options.codec();
  const chosen = chosenOf(codecConformance(options), options.only);
  const groups: GroupVerdict[] = [];
  for (const group of chosen) groups.push(await judge(group));
  return {
    codec: options.name ?? id,
    id,
    ...declaredBy(options),
    refuses: refusedBy(options),
    versions: { ...runtime(), ...options.versions },
    at: new Date(systemClock().now()).toISOString(),
    passed:
      options.only === undefined &&
      options.thorough !== false &&
      groups.every(({ verdict }) => verdict !== 'failed'),
    groups,
  };
}

function refusedBy(options: CodecConformanceOptions): readonly string[] {
  const trial = new Trial(options);
  return trial.kept.flatMap(({ name, make }) => {
    try {
      trial.encode(make());
      return [];
    } catch {
      return [name];
    }
  });
}
