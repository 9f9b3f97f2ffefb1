/** What the figures were taken on, and whether it was quiet. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';

export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly cores: number;
  /** The load average of the last minute when the run began. */
  readonly load: number;
  /** Others were working: the ratios still hold within the run, the nanoseconds do not. */
  readonly busy: boolean;
  /** The revision measured; `+`: with changes that are not committed. */
  readonly revision: string;
}

/** Half a core of other work moves medians. */
const BUSY = 0.5;

export function inspectMachine(): Machine {
  const load = loadavg()[0] ?? 0;
  const machine: Machine = {
    node: process.version,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: Number(load.toFixed(2)),
    busy: load > BUSY,
    revision: revision(),
  };
  const { node, cpu, cores } = machine;
  console.log(`Node ${node}, ${cpu}, ${cores} cores, load ${machine.load}, revision ${machine.revision}`);
  if (machine.busy) console.log('The machine is busy: trust the ratios of this run, not its nanoseconds.');
  return machine;
}

function revision(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', ':/packages') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
