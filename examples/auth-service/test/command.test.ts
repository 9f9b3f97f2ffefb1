import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readArguments, UsageError } from '../src/arguments.ts';
import { runCommand, startCommand, startCommandIn } from './command.ts';

// Milliseconds: a bound for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 30_000 });

const CURL =
  /^ {2}curl -s(?: -X (?<method>[A-Z]+))? (?<url>http:\S+)(?: -H '(?<header>[^']+): (?<value>[^']+)' -d '(?<body>[^']+)')?$/;

/** The lines that the command prints until the one that says how to stop it. */
async function linesOf(output: Readable): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface(output)) {
    lines.push(line);
    if (line.startsWith('Stop with Ctrl-C')) break;
  }
  return lines;
}

/** What a test started, which ends with it also when it failed. */
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

describe('npm start', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('prints commands that work, and stops on %s', async (signal) => {
    const command = (child = startCommand('--latency', '1'));
    const ended = once(command, 'exit');
    let errors = '';
    command.stderr?.on('data', (part: Buffer) => (errors += part.toString()));
    const suggestions = (await linesOf(command.stdout as Readable)).filter((line) => line.includes('curl'));
    expect(suggestions.length).toBeGreaterThan(5);
    for (const suggestion of suggestions) {
      const { method = 'GET', url = '', header, value, body } = CURL.exec(suggestion)?.groups ?? {};
      const headers = header === undefined || value === undefined ? {} : { [header]: value };
      const { ok } = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
      expect({ suggestion, ok }).toEqual({ suggestion, ok: true });
    }
    command.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(errors).toBe('');
  });

  test('--help prints the options', async () => {
    const { code, output } = await runCommand('--help');
    expect(code).toBe(0);
    expect(output).toContain('--port');
  });

  test('a wrong command line costs one line and exit code 2', async () => {
    const { code, output, errors } = await runCommand('--prot', '80');
    expect({ code, output, errors }).toEqual({
      code: 2,
      output: '',
      errors: "auth-service: Unknown option '--prot': see --help for the options\n",
    });
  });

  test('a port that is taken costs one line and exit code 2', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, errors } = await runCommand('--port', String(port));
    other.close();
    expect({ code, errors }).toEqual({
      code: 2,
      errors: `auth-service: port ${port} cannot be had (EADDRINUSE): give another --port, or none for a free one\n`,
    });
  });
});

describe('a server of its own', () => {
  /** Where the command keeps its files. */
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auth-service-test-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  function start(...args: string[]): ChildProcess {
    return (child = startCommandIn({ TMPDIR: folder, CACHE_REDIS_URL: '' }, '--provider', 'redis', ...args));
  }

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is there where none is named, and ends on %s',
    async (signal) => {
      const command = start();
      const ended = once(command, 'exit');
      const lines = await linesOf(command.stdout as Readable);
      const url = /at (http:\S+)$/.exec(lines[0] ?? '')?.[1];
      const health = await fetch(`${url}/health`);
      expect(await health.json()).toMatchObject({ providers: { redis: { caches: { users: 'ok' } } } });
      expect(await readdir(folder)).toHaveLength(1);
      command.kill(signal);
      expect(await ended).toEqual([0, null]);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('ends when the service cannot start', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const command = start('--port', String((other.address() as AddressInfo).port));
    expect(await once(command, 'exit')).toEqual([2, null]);
    other.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('ends with a tour that is interrupted, as the processes of the service do', async () => {
    const command = start('--tour');
    const ended = once(command, 'close');
    const errors = text(command.stderr as Readable);
    let output = '';
    for await (const part of command.stdout as Readable) {
      output += String(part);
      if (output.includes('1. 10,000')) command.kill('SIGINT');
    }
    expect(await ended).toEqual([1, null]);
    expect(await errors).toContain('the tour was interrupted by SIGINT');
    expect(await readdir(folder)).toEqual([]);
    for (const url of output.match(/http:\/\/[\d.:]+\d/g) ?? []) await expect(fetch(url)).rejects.toThrow();
  });
});

describe('arguments', () => {
  test('have defaults', () => {
    expect(readArguments([])).toEqual({
      task: 'serve',
      port: 0,
      provider: 'memory',
      latency: 20,
      http2: false,
      probe: false,
    });
  });

  test('the server is the one of the command line, or else that of the environment', () => {
    const environment = { CACHE_REDIS_URL: 'redis://10.0.0.7' };
    const read = (...given: string[]): string | undefined => readArguments(given, environment).redisUrl;
    expect(read('--provider', 'redis')).toBe('redis://10.0.0.7');
    expect(read('--provider', 'redis', '--redis-url', 'redis://10.0.0.8')).toBe('redis://10.0.0.8');
    expect(read()).toBeUndefined();
  });

  test('an address that is none is refused', () => {
    expect(() => readArguments(['--provider', 'redis', '--redis-url', 'nowhere'])).toThrow(UsageError);
  });

  test.each([
    [['--port', 'eighty'], "--port is 'eighty': give a whole number from 0 to 65535"],
    [['--port', '65536'], "--port is '65536': give a whole number from 0 to 65535"],
    [['--latency', '1.5'], "--latency is '1.5': give a whole number from 0 to 60000"],
    [['--provider', 'paper'], "there is no provider 'paper': give one of memory, redis"],
    [
      ['--redis-url', 'redis://127.0.0.1'],
      "the provider 'memory' has no server: leave out --redis-url, or give --provider redis",
    ],
    [
      ['--provider', 'redis', '--patience', 'long'],
      "--patience is 'long': give a whole number from 1 to 60000",
    ],
    [['--tour', '--database', 'a.sqlite'], 'the tour has a database of its own: leave out --database'],
    [['--tour', '--port', '80'], 'the tour takes any free port: leave out --port'],
    [['now'], "Unexpected argument 'now': see --help for the options"],
    [['--port'], "Option '--port <value>' argument missing: see --help for the options"],
  ])('%j is refused', (given, message) => {
    expect(() => readArguments(given)).toThrow(new UsageError(message));
  });
});
