import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { readArguments, UsageError } from '../src/arguments.ts';
import { runCommand, startCommand } from './command.ts';

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

describe('npm start', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('prints commands that work, and stops on %s', async (signal) => {
    const child = startCommand('--latency', '1');
    const ended = once(child, 'exit');
    let errors = '';
    child.stderr?.on('data', (part: Buffer) => (errors += part.toString()));
    const suggestions = (await linesOf(child.stdout as Readable)).filter((line) => line.includes('curl'));
    expect(suggestions.length).toBeGreaterThan(5);
    for (const suggestion of suggestions) {
      const { method = 'GET', url = '', header, value, body } = CURL.exec(suggestion)?.groups ?? {};
      const headers = header === undefined || value === undefined ? {} : { [header]: value };
      const { status } = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
      expect([suggestion, status]).toEqual([suggestion, method === 'DELETE' ? 204 : 200]);
    }
    child.kill(signal);
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

  test.each([
    [['--port', 'eighty'], "--port is 'eighty': give a whole number from 0 to 65535"],
    [['--port', '65536'], "--port is '65536': give a whole number from 0 to 65535"],
    [['--latency', '1.5'], "--latency is '1.5': give a whole number from 0 to 60000"],
    [['--provider', 'paper'], "there is no provider 'paper': give one of memory"],
    [['--tour', '--port', '80'], 'the tour takes any free port: leave out --port'],
    [['now'], "Unexpected argument 'now': see --help for the options"],
    [['--port'], "Option '--port <value>' argument missing: see --help for the options"],
  ])('%j is refused', (given, message) => {
    expect(() => readArguments(given)).toThrow(new UsageError(message));
  });
});
