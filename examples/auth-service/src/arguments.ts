/** What the command line says. */
import { parseArgs } from 'node:util';
import { isProviderName, isShared, makeProvider, PROVIDER_NAMES, type Place } from './provider.ts';

export interface Arguments extends Place {
  readonly task: 'serve' | 'tour' | 'help';
  readonly port: number;
  readonly database: string | undefined;
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
  --redis-url <url>    the server of the provider redis; default CACHE_REDIS_URL, or else one that is started for the service
  --patience <ms>      how long to wait for that server, and for a process that loads; default 1000 and 2000
  --database <file>    where the tables live, for several processes; default: in memory
  --latency <ms>       how long a query takes, on average; default 20
  --http2              speak HTTP/2 without TLS in place of HTTP/1.1
  --probe              add /probe, with which the tour holds and fails queries
  --tour               start the service, show what the cache promises, check it, and stop
  --help               print this`;

const OPTIONS = {
  port: { type: 'string', default: '0' },
  provider: { type: 'string', default: PROVIDER_NAMES[0] as string },
  'redis-url': { type: 'string' },
  patience: { type: 'string' },
  database: { type: 'string' },
  latency: { type: 'string', default: '20' },
  http2: { type: 'boolean', default: false },
  probe: { type: 'boolean', default: false },
  tour: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Throws a {@link UsageError}. `environment`: such as `process.env`. */
export function readArguments(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Arguments {
  const options = parsed(given);
  const { port, provider, 'redis-url': redisUrl, patience, database, latency, tour, help } = options;
  if (!isProviderName(provider)) {
    throw new UsageError(`there is no provider '${provider}': give one of ${PROVIDER_NAMES.join(', ')}`);
  }
  if (redisUrl !== undefined && !isShared(provider)) {
    throw new UsageError(
      `the provider '${provider}' has no server: leave out --redis-url, or give --provider redis`,
    );
  }
  if (tour && port !== OPTIONS.port.default) {
    throw new UsageError('the tour takes any free port: leave out --port');
  }
  if (tour && database !== undefined) {
    throw new UsageError('the tour has a database of its own: leave out --database');
  }
  const place = {
    provider,
    redisUrl: redisUrl ?? (isShared(provider) ? environment['CACHE_REDIS_URL'] || undefined : undefined),
    patience: patience === undefined ? undefined : wholeNumber('--patience', patience, 60_000, 1),
  };
  checkPlace(place);
  return {
    ...place,
    task: help ? 'help' : tour ? 'tour' : 'serve',
    port: wholeNumber('--port', port, 65_535),
    database,
    latency: wholeNumber('--latency', latency, 60_000),
    http2: options.http2,
    probe: options.probe,
  };
}

/** The provider itself knows best which addresses there are. Making one connects to nothing. */
function checkPlace(place: Place): void {
  try {
    makeProvider(place);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
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

function wholeNumber(flag: string, text: string, most: number, least = 0): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UsageError(`${flag} is '${text}': give a whole number from ${least} to ${most}`);
}
