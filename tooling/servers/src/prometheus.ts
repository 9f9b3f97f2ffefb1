/** One Prometheus that scrapes a service and judges its rules. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusBinaries } from './binaries.ts';
import { Child } from './child.ts';
import { undoAtExit } from './leftovers.ts';
import { until } from './poll.ts';
import { onFreePort } from './ports.ts';

export interface PrometheusOptions {
  /** The service, which has `/metrics`. */
  readonly target: string;
  /** A file of rules. */
  readonly rules: string;
  /** Between two scrapes, and two evaluations: seconds. */
  readonly every: number;
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
  /** The alerts that are there now. */
  alerts(): Promise<readonly ActiveAlert[]>;
  /** The values that an expression has now. */
  query(
    expr: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
  /** Ends it and removes its folder. Any number of calls is one. */
  stop(): Promise<void>;
}

/** Starts one on 127.0.0.1. Resolves when it answers; rejects with its log when it cannot start. The caller stops it. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const { prometheus } = await prometheusBinaries();
  return onFreePort((port) => launch(prometheus, port, options));
}

async function launch(
  program: string,
  port: number,
  { target, rules, every }: PrometheusOptions,
): Promise<PrometheusServer> {
  const dir = mkdtempSync(join(tmpdir(), 'cache-prometheus-'));
  const url = `http://127.0.0.1:${port}`;
  const log = join(dir, 'server.log');
  let child: Child | undefined;
  const forget = undoAtExit(() => {
    child?.signal('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  let stopping: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await child?.end('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
    forget();
  };
  const stop = (): Promise<void> => (stopping ??= end());
  try {
    writeFileSync(join(dir, 'rules.yml'), rules);
    writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(configuration(new URL(target), every)));
    const args = [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const started = await Child.start(program, args, { cwd: dir, log });
    child = started;
    const outcome = await until(
      `${url} answers`,
      async () => (started.running ? (await fetch(`${url}/-/ready`)).ok && 'ready' : 'ended'),
      { every: 20 },
    );
    if (outcome === 'ended')
      throw new Error(`${program} ended at once:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    alerts: async () => (await ask<{ readonly alerts: readonly ActiveAlert[] }>(url, 'alerts')).alerts,
    query: async (expr) => {
      const { result } = await ask<Vector>(url, `query?query=${encodeURIComponent(expr)}`);
      return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Vector {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [at: number, value: string];
  }[];
}

async function ask<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`);
  const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
  if (status !== 'success') throw new Error(`${path}: ${error}`);
  return data;
}

/** As JSON, which is YAML. */
function configuration({ host }: URL, every: number): object {
  return {
    global: { scrape_interval: `${every}s`, scrape_timeout: `${every}s`, evaluation_interval: `${every}s` },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'service', static_configs: [{ targets: [host] }] }],
  };
}
