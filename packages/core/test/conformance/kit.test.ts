import { certify, conformance, type Certificate } from '@cache/core/conformance';
import { intercept, settle, simpleStore } from '@cache/core/testing';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GROUPS } from '../../src/conformance/groups.ts';
import { PROVIDER_MUTANTS } from '../../src/conformance/mutants/provider-mutants.ts';
import type { Provider } from '../../src/provider.ts';
import { referenceEngine } from './reference-engine.ts';

const groupOf = ({ groups }: Certificate, name: string): Certificate['groups'][number] | undefined =>
  groups.find((group) => group.name === name);

test('an engine that can do everything passes every group, and nothing is skipped', async () => {
  const certificate = await certify({
    name: 'reference',
    provider: () => referenceEngine('bytes'),
    versions: { reference: '1.2.3' },
  });
  expect(certificate.groups.flatMap(({ failures }) => failures)).toEqual([]);
  expect(certificate).toMatchObject({
    provider: 'reference',
    kind: 'engine',
    isolation: 'copy',
    within: 'cache',
    passed: true,
  });
  expect(certificate.versions).toEqual({ node: process.version, reference: '1.2.3' });
  expect(certificate.groups.map(({ name }) => name)).toEqual(GROUPS.map(({ name }) => name));
  const skipped = certificate.groups.flatMap((group) =>
    group.skipped.map(({ name }) => `${group.name}: ${name}`),
  );
  expect(skipped).toEqual(["traits: 'synchronous' is true: no method answers with a promise"]);
  expect(JSON.parse(JSON.stringify(certificate))).toEqual({ ...certificate, groups: expect.any(Array) });
}, 60_000);

test('what a provider lacks is skipped with its reason, and its refusal is judged', async () => {
  const provider = (): Provider =>
    intercept(referenceEngine(), (_, run) => run(), { indexes: false, scans: false, limits: false });
  const certificate = await certify({ name: 'plain', provider });
  expect(certificate.groups.flatMap(({ failures }) => failures)).toEqual([]);
  expect(certificate.passed).toBe(true);
  for (const [group, trait] of [
    ['indexes', 'indexes'],
    ['patterns', 'scans'],
    ['limits', 'limits'],
  ] as const) {
    expect(groupOf(certificate, group)).toMatchObject({
      verdict: 'skipped',
      reason: `the provider lacks the trait '${trait}'`,
    });
  }
  expect(groupOf(certificate, 'indexes')?.passed).toBe(1);
  expect(groupOf(certificate, 'patterns')?.passed).toBe(1);
}, 60_000);

test('a broken promise fails its group, by the name of the case and what it found', async () => {
  const wrong = PROVIDER_MUTANTS.find(
    ({ name }) => name === 'says of every removal that something was there',
  );
  const provider = (): Provider => (wrong as (typeof PROVIDER_MUTANTS)[number]).wrong(referenceEngine());
  const certificate = await certify({ name: 'wrong', provider, only: ['absence'] });
  expect(certificate.passed).toBe(false);
  expect(groupOf(certificate, 'absence')).toMatchObject({ verdict: 'failed' });
  expect(groupOf(certificate, 'absence')?.failures).toContainEqual({
    name: 'G2: a key that was never written is absent for every operation',
    message: 'Broken: delete: is true, not false',
  });
});

test('a run of some groups certifies nothing', async () => {
  const certificate = await certify({ name: 'reference', provider: referenceEngine, only: ['tags'] });
  expect(certificate.groups.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(['tags passed']);
  expect(certificate.passed).toBe(false);
});

test('a run of groups that do not exist is misuse, not a run of nothing', async () => {
  const run = certify({ name: 'reference', provider: referenceEngine, only: ['tag', 'tags'] });
  await expect(run).rejects.toThrow(TypeError);
  await expect(run).rejects.toThrow(
    /there is no group 'tag': the groups are traits, absence, .*linearizability/,
  );
});

test('a case that hangs is ended, and everything it opened is given back', async () => {
  const disposed: Provider[] = [];
  const made: Provider[] = [];
  const groups = conformance({
    name: 'hanging',
    limitMs: 100,
    provider() {
      const provider = intercept(simpleStore(), (call, run) =>
        call.method === 'get' ? new Promise(() => undefined) : run(),
      );
      made.push(provider);
      return provider;
    },
    dispose: (provider) => void disposed.push(provider),
  });
  const [first] = groups.find(({ name }) => name === 'absence')?.cases ?? [];
  await expect(first?.run()).rejects.toThrow('the case did not finish within 100 ms');
  await settle();
  // The first one was asked for its traits alone.
  expect(disposed).toEqual(made.slice(1));
});

test('timers that outlive close fail a case that is right otherwise', async () => {
  const groups = conformance({
    name: 'leaking',
    provider: () => {
      const provider = simpleStore();
      return {
        ...provider,
        open(context) {
          context.clock.after(1_000_000, () => undefined);
          return provider.open(context);
        },
      };
    },
  });
  const [first] = groups.find(({ name }) => name === 'absence')?.cases ?? [];
  await expect(first?.run()).rejects.toThrow('G13: nothing outlives close: 1 timers were left');
});

describe('the list of groups', () => {
  test('has every name once, and so has each group', () => {
    expect(new Set(GROUPS.map(({ name }) => name)).size).toBe(GROUPS.length);
    for (const { cases, refusal = [] } of GROUPS) {
      const names = [...cases, ...refusal].map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('cites a guarantee in every case, misuse and declarations aside', () => {
    for (const { name, cases } of GROUPS) {
      if (name === 'traits' || name === 'bad input') continue;
      for (const each of cases) expect(each.name).toMatch(/^G\d+: /);
    }
  });
});

test('the preset for node:test runs the cases', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--conditions=@cache/source',
      '--test',
      '--test-reporter=tap',
      '--test-name-pattern=/absence|limits/',
      join(import.meta.dirname, 'node-test-fixture.ts'),
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect(stdout).toContain('conformance of a simple store');
  expect(stdout).toContain('G2: has says the same as get for an entry whose tag was invalidated');
  expect(stdout).toMatch(/# SKIP the provider lacks the trait 'limits'/);
  expect(stdout).toMatch(/# fail 0/);
  expect(status).toBe(0);
}, 60_000);
