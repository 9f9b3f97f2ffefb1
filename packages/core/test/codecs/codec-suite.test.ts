import { certifyCodec, codecConformance, type CodecConformanceOptions } from '@cache/core/conformance';
import { describeCodecConformance } from '@cache/core/conformance/vitest';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBinaryCodec } from '../../src/binary-codec.ts';
import type { Codec } from '../../src/codec.ts';
import { CODEC_GROUPS } from '../../src/conformance/codec/codec-groups.ts';
import { CODEC_MUTANTS } from '../../src/conformance/codec/mutants/codec-mutants.ts';
import { sealed } from '../../src/conformance/codec/mutants/sealed.ts';
import { KEPT_VALUES } from '../../src/conformance/value-matrix.ts';
import { lessCodec } from './less-codec.ts';

const isLong = process.env['CACHE_LONG'] === '1';

describeCodecConformance({ thorough: isLong, codec: createBinaryCodec });

describeCodecConformance({ thorough: isLong, codec: lessCodec, covers: 'less' });

/** What a case says of a codec; `undefined`: nothing. */
async function verdictOf(
  options: CodecConformanceOptions,
  group: string,
  name: string | RegExp,
): Promise<string | undefined> {
  const found = codecConformance(options)
    .find((each) => each.name === group)
    ?.cases.find((each) => (typeof name === 'string' ? each.name === name : name.test(each.name)));
  if (found === undefined) throw new Error(`no case ${String(name)}`);
  try {
    await found.run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a certificate', () => {
  test('says what a codec declares, what it passed, and what it refuses', async () => {
    const certificate = await certifyCodec({
      codec: lessCodec,
      name: 'fewer kinds',
      covers: 'less',
      samples: [{ name: 'a set of mine', make: () => new Set([1]), expect: 'equal' }],
      versions: { less: '1.2.3' },
      only: ['identity', 'authentication'],
    });
    expect(certificate).toMatchObject({
      codec: 'fewer kinds',
      id: 'less',
      checks: false,
      covers: 'less',
      authenticated: false,
      boundTo: [],
      passed: false,
      versions: { node: process.version, less: '1.2.3' },
    });
    expect(certificate.groups.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'identity passed',
      'authentication skipped',
    ]);
    expect(certificate.refuses).toContain('a bigint of 4,000 bits');
    expect(certificate.refuses).toContain('a set of mine');
    expect(certificate.refuses).not.toContain('a date');
    expect(JSON.parse(JSON.stringify(certificate))).toEqual(certificate);
  });

  // With all that the built-in codec does not declare.
  test('is passed by a codec that keeps every promise, and refuses nothing', async () => {
    const certificate = await certifyCodec({ thorough: isLong, codec: () => sealed(createBinaryCodec()) });
    expect(certificate.groups.flatMap(({ failures }) => failures)).toEqual([]);
    expect(certificate).toMatchObject({
      // A slice makes no certificate.
      passed: isLong,
      authenticated: true,
      boundTo: ['cache', 'space', 'key', 'schemaVersion'],
      refuses: [],
    });
    expect(certificate.groups.map(({ name }) => name)).toEqual(CODEC_GROUPS.map(({ name }) => name));
  }, 60_000);

  test('of groups that do not exist is misuse', async () => {
    await expect(certifyCodec({ codec: createBinaryCodec, only: ['none'] })).rejects.toThrow(
      /there is no group 'none': the groups are identity, .*authentication/,
    );
  });
});

test('a slice has every case, with fewer calls, and a certificate of it does not pass', async () => {
  let calls = 0;
  const counted = (): Codec => {
    const right = createBinaryCodec();
    return { ...right, decode: (bytes, context) => ((calls += 1), right.decode(bytes, context)) };
  };
  const callsOf = async (thorough: boolean | undefined): Promise<number> => {
    calls = 0;
    await verdictOf({ codec: counted, thorough }, 'hostile bytes', /the beginnings of bytes/);
    return calls;
  };
  const [whole, slice] = [await callsOf(undefined), await callsOf(false)];
  expect(slice).toBeGreaterThan(100);
  expect(slice).toBeLessThan(whole / 4);
  const namesOf = (thorough: boolean): string[] =>
    codecConformance({ codec: counted, thorough }).flatMap(({ cases }) => cases.map(({ name }) => name));
  expect(namesOf(false)).toEqual(namesOf(true));
  const { passed, groups } = await certifyCodec({ codec: lessCodec, covers: 'less', thorough: false });
  expect(groups.flatMap(({ failures }) => failures)).toEqual([]);
  expect(passed).toBe(false);
}, 60_000);

describe('a codec that covers less', () => {
  const roundTrip = 'every value comes back as it was, in this process and in another one';

  test('may not be taken for one that covers the model', async () => {
    expect(await verdictOf({ codec: lessCodec }, 'round trip', roundTrip)).toMatch(
      /^encode of the bigint 0: failed with TypeError: value is a bigint/,
    );
  });

  test('may refuse a value and not change it', async () => {
    const changing = (): Codec => {
      const less = lessCodec();
      return { ...less, encode: (value, context) => less.encode(value === 0 ? 0 : value, context) };
    };
    expect(await verdictOf({ codec: changing, covers: 'less' }, 'round trip', roundTrip)).toBe(
      'the number -0: is 0, not -0',
    );
  });

  test('refuses with a TypeError, or it has failed', async () => {
    const failing = (): Codec => ({
      ...lessCodec(),
      encode() {
        throw new RangeError('too much');
      },
    });
    expect(await verdictOf({ codec: failing, covers: 'less' }, 'round trip', roundTrip)).toMatch(
      /failed with RangeError: too much/,
    );
  });
});

describe('what a codec brings along', () => {
  test('values are judged like those of the matrix', async () => {
    const samples = [
      { name: 'mine', make: () => ({ a: 1 }), expect: 'equal' },
      { name: 'not mine', make: () => ({ b: { c: 1 } }), expect: 'refused', path: 'value.b' },
    ] as const;
    const codec = (): Codec => {
      const right = createBinaryCodec();
      const bytesOf = (value: unknown, context: Parameters<Codec['encode']>[1]): Uint8Array => {
        if (typeof value === 'object' && value !== null && 'b' in value && Object.keys(value).length === 1)
          throw new TypeError('value.a is fine');
        return right.encode(value, context);
      };
      return { ...right, encode: bytesOf };
    };
    expect(
      await verdictOf(
        { codec, samples },
        'refusal',
        'the values that are to be refused are, with their places',
      ),
    ).toBe("not mine: the message does not say 'value.b': value.a is fine");
    expect(
      await verdictOf({ codec: createBinaryCodec, samples }, 'refusal', /the values that are to be refused/),
    ).toBe('not mine was taken');
  });

  test('hostile bytes are judged like those of the suite', async () => {
    const codec = (): Codec => {
      const right = createBinaryCodec();
      return {
        ...right,
        decode: (bytes, context) =>
          bytes.length === 3 && bytes[0] === 0xfe ? /x/ : right.decode(bytes, context),
      };
    };
    expect(
      await verdictOf(
        { codec, hostile: [Uint8Array.of(0xfe, 0, 0)] },
        'hostile bytes',
        /is given to be judged by/,
      ),
    ).toMatch(/^the hostile bytes 0 \(fe0000\): gave what is not of the model/);
  });
});

test('what a codec may expand to is allowed for, and no more', async () => {
  const expanding = (): Codec => {
    const right = createBinaryCodec();
    return {
      ...right,
      decode(bytes, context) {
        if (bytes[0] !== 0xfe) return right.decode(bytes, context);
        throw new TypeError(`too long: ${new Uint8Array((bytes[1] as number) * 2 ** 20).length}`);
      },
    };
  };
  const judged = (mebibytes: number, expandsTo: number): Promise<string | undefined> =>
    verdictOf(
      { codec: expanding, hostile: [Uint8Array.of(0xfe, mebibytes)], expandsTo },
      'proportion',
      /is given to be judged by/,
    );
  // What is given back meanwhile is not in it.
  expect(await judged(64, 0)).toMatch(/^the hostile bytes 0: 2 bytes took \d\d MiB$/);
  expect(await judged(64, 64 * 2 ** 20)).toBeUndefined();
});

test('prototypes that a codec changed are as they were when its case is over', async () => {
  const polluting = (): Codec => {
    const right = createBinaryCodec();
    return {
      ...right,
      decode(bytes, context) {
        Object.assign(Object.prototype, { polluted: true });
        Reflect.set(Array.prototype, 'indexOf', () => 7);
        return right.decode(bytes, context);
      },
    };
  };
  const indexOf: unknown = Reflect.get(Array.prototype, 'indexOf');
  expect(await verdictOf({ codec: polluting }, 'identity', /at once/)).toMatch(/shared prototype/);
  expect('polluted' in {}).toBe(false);
  expect(Reflect.get(Array.prototype, 'indexOf')).toBe(indexOf);
});

describe('the list of groups', () => {
  test('has every name once, and so has each group', () => {
    expect(new Set(CODEC_GROUPS.map(({ name }) => name)).size).toBe(CODEC_GROUPS.length);
    for (const { cases } of CODEC_GROUPS) {
      const names = cases.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('has a mutant for each', () => {
    const judged = new Set(CODEC_MUTANTS.map(({ group }) => group));
    expect([...judged].toSorted()).toEqual(CODEC_GROUPS.map(({ name }) => name).toSorted());
    expect(new Set(CODEC_MUTANTS.map(({ name }) => name)).size).toBe(CODEC_MUTANTS.length);
  });
});

test('every value of the matrix is tried', async () => {
  const seen: unknown[] = [];
  const watched = (): Codec => {
    const right = createBinaryCodec();
    return {
      ...right,
      encode(value, context) {
        seen.push(right.encode(value, context).length);
        return right.encode(value, context);
      },
    };
  };
  await verdictOf({ codec: watched }, 'round trip', /in this process/);
  expect(seen.length).toBe(KEPT_VALUES.length);
});

test('the preset for node:test runs the cases', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--conditions=@cache/source',
      '--test',
      '--test-reporter=tap',
      '--test-name-pattern=/identity|authentication/',
      join(import.meta.dirname, 'node-test-fixture.ts'),
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect(stdout).toContain('conformance of the codec core1');
  expect(stdout).toContain('the id is 1 to 16 printable ASCII characters without spaces');
  expect(stdout).toMatch(/# SKIP the codec does not declare that it notices every change/);
  expect(stdout).toMatch(/# fail 0/);
  expect(status).toBe(0);
}, 60_000);
