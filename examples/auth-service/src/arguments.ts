/** What the command line says. */
import { parseArgs } from 'node:util';
import { isProviderName, PROVIDER_NAMES, type ProviderName } from './provider.ts';

export interface Arguments {
  readonly task: 'serve' | 'tour' | 'help';
  readonly port: number;
  readonly provider: ProviderName;
  readonly latency: number;
  readonly http2: boolean;
  readonly probe: boolean;
}

/** The command line is wrong. The message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: npm start [-- options]

  --port <number>      the port to listen on; default 0: any free one
  --provider <name>    where cached entries live: ${PROVIDER_NAMES.join(', ')}; default ${PROVIDER_NAMES[0]}
  --latency <ms>       how long a query takes, on average; default 20
  --http2              speak HTTP/2 without TLS in place of HTTP/1.1
  --probe              add /probe, with which the tour holds and fails queries
  --tour               start the service, show what the cache promises, check it, and stop
  --help               print this`;

const OPTIONS = {
  port: { type: 'string', default: '0' },
  provider: { type: 'string', default: PROVIDER_NAMES[0] as string },
  latency: { type: 'string', default: '20' },
  http2: { type: 'boolean', default: false },
  probe: { type: 'boolean', default: false },
  tour: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Throws a {@link UsageError}. */
export function readArguments(given: readonly string[]): Arguments {
  const { port, provider, latency, http2, probe, tour, help } = parsed(given);
  if (!isProviderName(provider)) {
    throw new UsageError(`there is no provider '${provider}': give one of ${PROVIDER_NAMES.join(', ')}`);
  }
  if (tour && port !== OPTIONS.port.default) {
    throw new UsageError('the tour takes any free port: leave out --port');
  }
  return {
    task: help ? 'help' : tour ? 'tour' : 'serve',
    port: wholeNumber('--port', port, 65_535),
    provider,
    latency: wholeNumber('--latency', latency, 60_000),
    http2,
    probe,
  };
}

function parsed(given: readonly string[]) {
  try {
    return parseArgs({ args: [...given], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // The first sentence says what is wrong; those after it are about file names that begin with a dash.
    const [complaint] = (error as Error).message.split('. ');
    throw new UsageError(`${complaint}: see --help for the options`, { cause: error });
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(`${flag} is '${text}': give a whole number from 0 to ${most}`);
}
