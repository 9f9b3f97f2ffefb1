/** What is drawn: all caches, one cache, Redis, sessions. */
import { METRICS, type MetricName } from '../definitions.ts';
import { grafana, type Dashboard, type Panel, type Query, type Variable } from './dashboard.ts';
import { now, quantile, rate, type Match } from './series.ts';

/** Which series a dashboard is about. */
type Scope = Readonly<Record<string, Match>>;

/** Long enough for two scrapes, as Grafana reckons. */
const WINDOW = '$__rate_interval';
const QUANTILES = [0.5, 0.95, 0.99, 0.999];

/** A variable whose values are those of a label, of what was chosen before. */
function chosen(label: string, metric: MetricName, before: readonly string[] = []): Variable {
  const selector = before.length === 0 ? '' : `{${before.map((each) => `${each}=~"$${each}"`).join(',')}}`;
  return { name: label, label, values: `label_values(${METRICS[metric].name}${selector}, ${label})` };
}

function scopeOf(...labels: readonly string[]): Scope {
  return Object.fromEntries(labels.map((label) => [label, { variable: label }]));
}

/** How a line is called: by the values of these labels. */
function legendOf(labels: readonly string[]): string {
  return labels.map((label) => `{{${label}}}`).join(' ');
}

/** Panels over the series of one scope. */
class Panels {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** How often, by these labels. */
  often(title: string, metric: MetricName, by: readonly string[], where: Scope = {}): Panel {
    const expr = rate(metric, WINDOW, { by, where: { ...this.#scope, ...where } });
    return { title, metrics: [metric], unit: 'ops', queries: [{ expr, legend: legendOf(by) }] };
  }

  /** How much there is now, by these labels. `how`: what several processes say of one thing is not added up. */
  much(
    title: string,
    metric: MetricName,
    by: readonly string[],
    how: 'sum' | 'max' = 'sum',
    unit: Panel['unit'] = 'short',
  ): Panel {
    const expr = now(how, metric, { by, where: this.#scope });
    return { title, metrics: [metric], unit, queries: [{ expr, legend: legendOf(by) }] };
  }

  /** The quantiles of a histogram, of all together or by these labels. */
  long(
    title: string,
    metric: MetricName,
    {
      by = [],
      where = {},
      unit = 's',
      fractions = QUANTILES,
    }: {
      readonly by?: readonly string[];
      readonly where?: Scope;
      readonly unit?: Panel['unit'];
      readonly fractions?: readonly number[];
    } = {},
  ): Panel {
    const all = { ...this.#scope, ...where };
    const queries = fractions.map((fraction): Query => ({
      expr: quantile(fraction, metric, WINDOW, { by, where: all }),
      legend: `p${Number((fraction * 100).toFixed(1))} ${legendOf(by)}`.trim(),
    }));
    return { title, metrics: [metric], unit, queries };
  }

  /** What part of one rate another one is, by these labels. */
  part(
    title: string,
    metrics: readonly [part: MetricName, ...whole: MetricName[]],
    by: readonly string[],
    where: Scope = {},
  ): Panel {
    const [part, ...whole] = metrics;
    const per = (metric: MetricName, further: Scope = {}): string =>
      rate(metric, WINDOW, { by, where: { ...this.#scope, ...further } });
    const expr = `${per(part, where)} / (${whole.map((metric) => per(metric)).join(' + ')})`;
    return {
      title,
      metrics: [...new Set(metrics)],
      unit: 'percentunit',
      queries: [{ expr, legend: legendOf(by) }],
    };
  }

  /** How the values of a histogram are spread, in all that was counted. */
  spread(title: string, metric: MetricName): Panel {
    const expr = now('sum', metric, { by: ['le'], where: this.#scope, part: 'bucket' });
    return {
      title,
      metrics: [metric],
      unit: 'short',
      form: 'bars',
      queries: [{ expr, legend: 'to {{le}}' }],
    };
  }

  /** The greatest of now. */
  greatest(title: string, metric: MetricName, by: readonly string[]): Panel {
    const expr = `topk(10, ${now('sum', metric, { by, where: this.#scope })})`;
    return {
      title,
      metrics: [metric],
      unit: 'short',
      form: 'bars',
      queries: [{ expr, legend: legendOf(by) }],
    };
  }
}

function overview(): Dashboard {
  const of = new Panels(scopeOf('manager'));
  const cache = ['cache', 'provider'];
  return {
    uid: 'cache-overview',
    title: 'Caches: overview',
    description: 'All caches of the managers that are chosen.',
    variables: [chosen('manager', 'hits')],
    rows: [
      {
        title: 'Traffic',
        panels: [
          of.often('Operations per second', 'operations', cache),
          of.part('Hit ratio', ['hits', 'hits', 'misses'], cache),
          of.part('Operations that fail', ['operations', 'operations'], cache, { outcome: 'failed' }),
          of.long('Reads without a loader, p99', 'operationDuration', {
            by: cache,
            where: { outcome: { in: ['hit', 'miss'] } },
            fractions: [0.99],
          }),
          of.much('Operations in flight', 'operationsInFlight', cache),
          of.often('Operations by outcome', 'operations', ['outcome']),
        ],
      },
      {
        title: 'Loads',
        panels: [
          of.often('Loads by outcome', 'loads', ['outcome']),
          of.long('Loads, p99', 'loadDuration', { by: cache, fractions: [0.99] }),
          of.much('Loaders running', 'loadsRunning', cache),
          of.often('Calls that joined a load', 'joins', ['where']),
          of.often('Loads taken over', 'takeovers', cache),
          of.often('Commits refused', 'refusedCommits', cache),
        ],
      },
      {
        title: 'Trouble',
        panels: [
          of.often('Errors by code', 'errors', ['code', 'seen']),
          of.often('Errors of providers', 'providerErrors', cache),
          of.much('Circuit breakers', 'breakerState', [...cache, 'state'], 'max'),
          of.often('Deadlines missed', 'deadlineMisses', ['cache', 'operation']),
          of.often('Outcomes unknown', 'unknownOutcomes', ['cache', 'operation']),
          of.often('Connections up and down', 'connectionChanges', ['provider', 'state']),
        ],
      },
      {
        title: 'What is held, and what the program records',
        panels: [
          of.much('Entries', 'entries', cache, 'max'),
          of.much('Bytes', 'size', cache, 'max', 'bytes'),
          of.often('Evictions by cause', 'evictions', ['cache', 'cause']),
          of.often('Security events', 'securityEvents', ['type', 'severity']),
          of.long('Added by timing floors', 'timingProtection', { by: ['operation'], fractions: [0.5] }),
        ],
      },
    ],
  };
}

function oneCache(): Dashboard {
  const of = new Panels(scopeOf('manager', 'cache'));
  return {
    uid: 'cache-one',
    title: 'Caches: one cache',
    description: 'Everything about the caches that are chosen.',
    variables: [chosen('manager', 'hits'), chosen('cache', 'hits', ['manager'])],
    rows: [
      {
        title: 'Operations',
        panels: [
          of.often('Operations per second', 'operations', ['operation', 'outcome']),
          of.part('Hit ratio', ['hits', 'hits', 'misses'], ['cache']),
          of.much('Operations in flight', 'operationsInFlight', ['operation']),
          of.long('Hits and misses', 'operationDuration', { where: { outcome: { in: ['hit', 'miss'] } } }),
          of.long('Writes and others', 'operationDuration', {
            where: { outcome: { in: ['done', 'unchanged'] } },
          }),
          of.long('All, p99 by operation', 'operationDuration', { by: ['operation'], fractions: [0.99] }),
        ],
      },
      {
        title: 'Loads',
        panels: [
          of.often('Loads by outcome', 'loads', ['outcome']),
          of.long('Loads', 'loadDuration'),
          of.much('Loaders running', 'loadsRunning', ['cache']),
          of.often('Calls that joined a load', 'joins', ['where']),
          of.long('Waits for loads, p99', 'loadWaits', { by: ['where', 'outcome'], fractions: [0.99] }),
          of.often('Loads taken over', 'takeovers', ['cache']),
          of.often('Commits refused', 'refusedCommits', ['cache']),
          of.greatest('Hottest keys', 'hottestKeys', ['cache', 'key']),
        ],
      },
      {
        title: 'Updates',
        panels: [
          of.long('Calls in a write', 'updateBatch', { unit: 'short' }),
          of.long('Calls that wait behind it', 'updateQueue', { unit: 'short' }),
          of.often('Conflicts', 'updateConflicts', ['cache']),
        ],
      },
      {
        title: 'What comes and goes',
        panels: [
          of.much('Entries', 'entries', ['cache', 'provider'], 'max'),
          of.much('Bytes', 'size', ['cache', 'provider'], 'max', 'bytes'),
          of.often('Evictions by cause', 'evictions', ['cause']),
          of.often('Expirations', 'expirations', ['cache']),
          of.often('Removed in groups', 'groupDeletions', ['by']),
          of.spread('Jitter, part of the ttl', 'jitter'),
          of.often('Values that no reader got', 'invalidValues', ['reason']),
          of.often('Migrations', 'migrations', ['cache']),
        ],
      },
    ],
  };
}

function redis(): Dashboard {
  const of = new Panels(scopeOf('manager', 'provider'));
  const answers: Scope = { outcome: { in: ['hit', 'miss', 'done', 'unchanged'] } };
  return {
    uid: 'cache-redis',
    title: 'Caches: Redis',
    description: 'How the processes see a provider that they share, such as Redis. Choose it at the top.',
    variables: [chosen('manager', 'hits'), chosen('provider', 'hits', ['manager'])],
    rows: [
      {
        title: 'Answers',
        panels: [
          of.often('Operations per second', 'operations', ['provider', 'operation']),
          of.long('How long they take', 'operationDuration', { where: answers }),
          of.much('Operations in flight', 'operationsInFlight', ['operation']),
        ],
      },
      {
        title: 'Trouble',
        panels: [
          of.often('Errors of the provider', 'providerErrors', ['provider', 'cache']),
          of.often('Deadlines missed', 'deadlineMisses', ['operation']),
          of.often('Outcomes unknown', 'unknownOutcomes', ['operation']),
          of.much('Circuit breakers', 'breakerState', ['cache', 'state'], 'max'),
          of.often('Circuit breakers that change', 'breakerChanges', ['cache', 'state']),
          of.often('Connections up and down', 'connectionChanges', ['provider', 'state']),
        ],
      },
      {
        title: 'Processes among each other',
        panels: [
          of.long('Waits for loads elsewhere', 'loadWaits', { where: { where: 'elsewhere' } }),
          of.often('Loads taken over', 'takeovers', ['cache']),
          of.often('Conflicts of updates', 'updateConflicts', ['cache']),
          of.often('Commits refused', 'refusedCommits', ['cache']),
          of.much('Entries', 'entries', ['cache'], 'max'),
        ],
      },
    ],
  };
}

function sessions(): Dashboard {
  const of = new Panels(scopeOf('manager', 'sessions'));
  return {
    uid: 'cache-sessions',
    title: 'Caches: sessions',
    description: 'Sessions of @cache/session.',
    variables: [
      chosen('manager', 'sessionValidations'),
      chosen('sessions', 'sessionValidations', ['manager']),
    ],
    rows: [
      {
        title: 'Visits',
        panels: [
          of.often('Tokens by outcome', 'sessionValidations', ['sessions', 'outcome']),
          of.part('Tokens that are refused', ['sessionValidations', 'sessionValidations'], ['sessions'], {
            outcome: 'refused',
          }),
          of.often('Refusals by reason', 'sessionRefusals', ['reason']),
          of.often('Sessions made', 'sessionsCreated', ['kind', 'aal']),
          of.often('Uses noted', 'sessionsTouched', ['sessions']),
          of.often('Tokens replaced', 'sessionsRotated', ['sessions']),
        ],
      },
      {
        title: 'Ends',
        panels: [
          of.often('Revoked by reason', 'sessionsRevoked', ['reason']),
          of.often('Revoked all at once', 'sessionGroupRevocations', ['scope']),
          of.often('Found ended', 'sessionsExpired', ['sessions']),
          of.often('Limits hit', 'sessionLimits', ['effect']),
          of.often('Evicted by cause', 'sessionsEvicted', ['cause']),
        ],
      },
      {
        title: 'Suspicions',
        panels: [
          of.often('Used from elsewhere', 'sessionBindingChanges', ['changed']),
          of.often('Errors nobody saw', 'sessionErrors', ['kind']),
        ],
      },
    ],
  };
}

/** The dashboards for Grafana, by the names of the files that the package ships. */
export function dashboards(): ReadonlyMap<string, object> {
  return new Map(
    [
      ['overview.json', overview()] as const,
      ['one-cache.json', oneCache()] as const,
      ['redis.json', redis()] as const,
      ['sessions.json', sessions()] as const,
    ].map(([name, dashboard]) => [name, grafana(dashboard)]),
  );
}
